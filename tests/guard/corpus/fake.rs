//! Makes texts from templates: `<alnum 36>` is 36 random letters and digits, `<word>` a word; what stands between
//! `⟦` and `⟧` is a secret. Seeded, so that every run makes the same.

const WORDS: &str = "alert restart database container health check proxy worker queue backup snapshot release rollback host \
    service network storage report review operator timeline incident evidence configuration template layer drift window \
    latency error budget traffic customer invoice stock ledger module upgrade migration schema index cache session page \
    deploy pipeline branch commit image registry volume mount disk memory limit quota certificate domain record zone \
    secret password token credential";
const ZH: &str =
    "資料庫 重啟 值班 主機 服務 警報 恢復 檢查 容器 代理 佇列 備份 憑證 逾時 延遲 設定 差異 復原 通知 處理 權杖 輪換";

/// A small generator (an LCG).
pub struct Fake(pub u64);

impl Fake {
    pub fn below(&mut self, many: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % many
    }

    pub fn of(&mut self, alphabet: &str, length: usize) -> String {
        (0..length).map(|_| char::from(alphabet.as_bytes()[self.below(alphabet.len())])).collect()
    }

    fn from(&mut self, words: &str) -> String {
        let words: Vec<&str> = words.split_whitespace().collect();
        words[self.below(words.len())].to_owned()
    }

    /// What one `<kind length>` stands for; `None` where it is no such thing.
    fn piece(&mut self, spec: &str) -> Option<String> {
        const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let (kind, length) = spec.split_once(' ').unwrap_or((spec, "1"));
        let length: usize = length.parse().ok()?;
        let alphabet = match kind {
            "word" => return Some(self.from(WORDS)),
            "zh" => return Some(self.from(ZH)),
            "alnum" => ALNUM,
            "base64" => &format!("{ALNUM}+/"),
            "url" => &format!("{ALNUM}_-"),
            "hex" => "0123456789abcdef",
            "HEX" => "0123456789ABCDEF",
            "base32" => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
            "bech32" => "023456789ACDEFGHJKLMNPQRSTUVWXYZ",
            "lower" => "abcdefghijklmnopqrstuvwxyz",
            "lowdig" => "abcdefghijklmnopqrstuvwxyz0123456789",
            "digit" => "123456789",
            "sym" => &format!("{ALNUM}!@#%^*+="),
            "any" => &format!("{ALNUM}!@/ +%\"\\&<>'=$#;:{{}}"),
            // A line of a key file, `length` times.
            "lines" => return Some((0..length).map(|_| self.of(ALNUM, 64)).collect::<Vec<_>>().join("\n")),
            // The same as it stands in a variable.
            "oneline" => return Some((0..length).map(|_| self.of(ALNUM, 64)).collect::<Vec<_>>().join("\\n")),
            _ => return None,
        };
        Some(self.of(alphabet, length))
    }

    /// The text of a template.
    pub fn fill(&mut self, template: &str) -> String {
        let mut parts = template.split('<');
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let piece = part.split_once('>').and_then(|(spec, rest)| self.piece(spec).map(|made| (made, rest)));
            match piece {
                Some((made, rest)) => text.extend([made.as_str(), rest]),
                None => text.extend(["<", part]),
            }
        }
        text
    }
}

/// A text without the marks, and where the secret stands in it.
pub fn unmarked(text: &str) -> (String, std::ops::Range<usize>) {
    let from = text.find('⟦').expect("a secret begins");
    let to = text.find('⟧').expect("a secret ends") - '⟦'.len_utf8();
    (text.replace(['⟦', '⟧'], ""), from..to)
}

//! Every built-in theme, at every depth: complete, readable, and told apart by eyes that see other colours.

use ratatui::style::{Color, Modifier};
use readback::app::theme::{Depth, Role, Theme, ThemeError};

const DEPTHS: [Depth; 4] = [Depth::Mono, Depth::Ansi16, Depth::Ansi256, Depth::True];
const STATES: [Role; 4] = [Role::Pass, Role::Warn, Role::Fail, Role::Unknown];
const CHANGES: [Role; 3] = [Role::Added, Role::Removed, Role::Changed];

fn theme(name: &str, depth: Depth) -> Theme {
    Theme::builtin(name, depth).unwrap_or_else(|| panic!("the built-in theme {name} does not parse"))
}

fn all() -> impl Iterator<Item = Theme> {
    Theme::names().flat_map(|name| DEPTHS.map(|depth| theme(name, depth)))
}

fn pairs<const N: usize>(roles: [Role; N]) -> impl Iterator<Item = (Role, Role)> {
    (0..N).flat_map(move |a| (a + 1..N).map(move |b| (roles[a], roles[b])))
}

#[test]
fn every_builtin_theme_resolves_every_role_at_every_depth() {
    assert_eq!(Theme::names().next(), Some("default"));
    for theme in all() {
        assert!(Theme::names().any(|name| name == theme.name()));
        for role in Role::ALL {
            let style = theme.style(role);
            let allowed = |colour: Option<Color>| match colour {
                Some(Color::Rgb(..)) => theme.depth() == Depth::True,
                Some(Color::Indexed(_)) => theme.depth() >= Depth::Ansi256,
                Some(Color::Reset) | None => true,
                Some(_) => theme.depth() >= Depth::Ansi16,
            };
            assert!(allowed(style.fg) && allowed(style.bg), "{} {role:?} {style:?}", theme.name());
        }
    }
}

#[test]
fn every_fallback_chain_ends_at_text() {
    for role in Role::ALL {
        let chain: Vec<_> = std::iter::successors(Some(role), |role| role.fallback()).take(20).collect();
        assert_eq!(chain.last(), Some(&Role::Text), "{role:?}");
    }
}

#[test]
fn the_default_theme_uses_only_the_terminals_own_colours_and_never_white_or_black() {
    for depth in DEPTHS {
        let theme = theme("default", depth);
        assert_eq!(theme.background(), None);
        for role in Role::ALL {
            let style = theme.style(role);
            for colour in [style.fg, style.bg].into_iter().flatten() {
                assert!(!matches!(
                    colour,
                    Color::White | Color::Black | Color::Gray | Color::Rgb(..) | Color::Indexed(_)
                ));
            }
        }
        assert_eq!((theme.style(Role::Text).fg, theme.style(Role::Text).bg), (None, None));
    }
}

#[test]
fn without_colour_the_modifiers_stay() {
    for name in Theme::names() {
        let (mono, full) = (theme(name, Depth::Mono), theme(name, Depth::True));
        for role in Role::ALL {
            assert!(matches!(mono.style(role).fg, None | Some(Color::Reset)));
            assert!(matches!(mono.style(role).bg, None | Some(Color::Reset)));
            assert_eq!(mono.style(role).add_modifier, full.style(role).add_modifier);
        }
        let modifiers = |role| mono.style(role).add_modifier;
        assert!(modifiers(Role::Selection).contains(Modifier::REVERSED), "{name}: the selection is invisible");
        assert!(modifiers(Role::Danger).contains(Modifier::REVERSED), "{name}");
        assert_ne!(modifiers(Role::Pass), modifiers(Role::Fail), "{name}");
    }
}

#[test]
fn states_and_changes_look_different_from_each_other() {
    for theme in all().filter(|theme| theme.depth() != Depth::Mono || theme.name() == "mono") {
        for (a, b) in pairs(STATES).chain(pairs(CHANGES)) {
            assert_ne!(theme.style(a), theme.style(b), "{} {:?} {a:?} {b:?}", theme.name(), theme.depth());
        }
    }
}

#[test]
fn text_is_readable_on_the_declared_background() {
    for theme in all() {
        let Some(background) = theme.background().and_then(rgb) else { continue };
        let text = theme.style(Role::Text).fg.and_then(rgb);
        for role in Role::ALL {
            let style = theme.style(role);
            let fg = style.fg.and_then(rgb).or(text).expect("a theme with a background gives the text a colour");
            let bg = style.bg.and_then(rgb).unwrap_or(background);
            let ratio = contrast(fg, bg);
            assert!(ratio >= 4.5, "{} {:?} {role:?} {ratio:.2}", theme.name(), theme.depth());
            // Dim would take away the contrast that was just proved.
            assert!(!style.add_modifier.contains(Modifier::DIM), "{} {role:?}", theme.name());
        }
    }
    assert!(contrast([0.0; 3], [1.0; 3]) > 20.9);
}

#[test]
fn colour_blind_themes_keep_states_apart_for_the_eyes_they_are_made_for() {
    for (name, matrix) in [("deuteranopia", DEUTERANOPIA), ("tritanopia", TRITANOPIA)] {
        for depth in [Depth::Ansi256, Depth::True] {
            let theme = theme(name, depth);
            for (a, b) in pairs(STATES).chain(pairs(CHANGES)) {
                let seen = |role| lab(simulate(matrix, theme.style(role).fg.and_then(rgb).expect("a colour")));
                let distance = distance(seen(a), seen(b));
                assert!(distance >= 25.0, "{name} {depth:?} {a:?} {b:?} {distance:.1}");
            }
        }
    }
}

#[test]
fn the_simulation_sees_what_it_should() {
    // Red and green of the same lightness are the textbook confusion; blue and yellow are not.
    let seen = |colour| lab(simulate(DEUTERANOPIA, colour));
    let red_green = distance(seen([0.69, 0.34, 0.25]), seen([0.50, 0.44, 0.20]));
    let blue_yellow = distance(seen([0.2, 0.3, 0.9]), seen([0.9, 0.9, 0.2]));
    assert!(red_green < 15.0 && blue_yellow > 80.0, "{red_green} {blue_yellow}");
}

#[test]
fn a_theme_may_give_a_few_roles_and_inherits_the_rest() {
    let text = "name = 'mine'\n[roles]\nfail = { fg = 'light-red' }\n";
    let mine = Theme::parse(text, Depth::Ansi16).unwrap();
    assert_eq!(mine.style(Role::Fail).fg, Some(Color::LightRed));
    assert_eq!(mine.style(Role::Pass), theme("default", Depth::Ansi16).style(Role::Pass));
    let alone = Theme::parse("name = 'x'\nparent = 'none'\n[roles]\nwarn = { bold = true }", Depth::True).unwrap();
    assert_eq!(alone.style(Role::Danger), alone.style(Role::Warn));
    assert_eq!(alone.style(Role::Pass), alone.style(Role::Text));
}

#[test]
fn a_broken_theme_says_where_and_what_is_allowed() {
    let error = |text| Theme::parse(text, Depth::True).unwrap_err().to_string();
    let place = |text| match Theme::parse(text, Depth::True).unwrap_err() {
        ThemeError::Invalid { line, column, .. } => (line, column),
        other @ ThemeError::UnknownParent { .. } => panic!("{other}"),
    };
    let role = "name = 'x'\n[roles]\nfial = {}\n";
    assert_eq!(place(role), (3, 1));
    assert!(error(role).contains("border-focus"), "{}", error(role));
    let colour = "name = 'x'\n[roles]\nfail = { fg = 'rouge' }\n";
    assert_eq!(place(colour), (3, 15));
    assert!(error(colour).contains("light-red"), "{}", error(colour));
    let hex = "name = 'x'\n[roles]\nfail = { rgb = 'e06c75' }\n";
    assert_eq!(place(hex), (3, 16));
    assert!(error(hex).contains("#rrggbb"));
    let key = "name = 'x'\n[roles]\nfail = { blink = true }\n";
    assert_eq!(place(key).0, 3);
    assert!(error(key).contains("reversed"), "{}", error(key));
    assert_eq!(place("name = 'x'\nroles = 資料"), (2, 9));
    assert!(error("name = 'x'\nparent = 'dark'").contains("high-contrast"));
    for text in [role, colour, hex, key] {
        assert!(!error(text).contains('\n'));
    }
}

// The maths: sRGB 0..1, WCAG 2 contrast, dichromat simulation (Machado, Oliveira, Fernandes 2009), CIE Lab.

type Srgb = [f64; 3];

const DEUTERANOPIA: [Srgb; 3] =
    [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]];
const TRITANOPIA: [Srgb; 3] =
    [[1.255_528, -0.076_749, -0.178_779], [-0.078_411, 0.930_809, 0.147_602], [0.004_733, 0.691_367, 0.303_900]];

/// A colour that does not depend on the terminal's palette.
fn rgb(colour: Color) -> Option<Srgb> {
    let bytes = match colour {
        Color::Rgb(r, g, b) => [r, g, b],
        Color::Indexed(i @ 232..) => [8 + (i - 232) * 10; 3],
        Color::Indexed(i @ 16..) => {
            let level = |step: u8| if step == 0 { 0 } else { 55 + step * 40 };
            [level((i - 16) / 36), level((i - 16) / 6 % 6), level((i - 16) % 6)]
        }
        _ => return None,
    };
    Some(bytes.map(|byte| f64::from(byte) / 255.0))
}

fn linear(colour: Srgb) -> Srgb {
    colour.map(|c| if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) })
}

fn dot(a: Srgb, b: Srgb) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn contrast(a: Srgb, b: Srgb) -> f64 {
    let luminance = |colour| dot([0.2126, 0.7152, 0.0722], linear(colour)) + 0.05;
    let (a, b) = (luminance(a), luminance(b));
    a.max(b) / a.min(b)
}

/// Linear light as the simulated eye receives it.
fn simulate(matrix: [Srgb; 3], colour: Srgb) -> Srgb {
    matrix.map(|row| dot(row, linear(colour)).clamp(0.0, 1.0))
}

fn lab(linear: Srgb) -> Srgb {
    let f = |t: f64| if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
    let x = f(dot([0.4124, 0.3576, 0.1805], linear) / 0.9505);
    let y = f(dot([0.2126, 0.7152, 0.0722], linear));
    let z = f(dot([0.0193, 0.1192, 0.9505], linear) / 1.089);
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

fn distance(a: Srgb, b: Srgb) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

//! What is on the screen: each pane at each size, symbols and styles, with hostile text in the data.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that can't go on should say so")]

mod support;

use readback::panes::PaneId;
use support::scene;
use support::frame::{render, snapshot_text};

const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 40), (200, 60)];

#[test]
fn print_all() {
    for (columns, rows) in SIZES {
        for id in PaneId::ALL {
            let mut app = scene::incident(columns, rows);
            scene::press(&mut app, &id.number().to_string());
            println!("{}", snapshot_text(&render(&app, columns, rows, "default", readback::app::theme::Depth::Ansi16)));
        }
    }
}

//! Small pieces that panes share. Each is a function of values.

mod age;
mod list;
mod pen;
mod split;
mod text_box;

pub use age::{age_label, next_label_change};
pub use list::List;
pub use pen::Pen;
pub use split::{Split, split};
pub use text_box::TextBox;

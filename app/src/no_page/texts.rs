//! Words of an address without a page.

use crate::texts::texts;

texts! {
    TITLE: "没有这个页面", "There is no such page";
    ADVICE: "请检查网址，或从这里继续：", "Check the address, or go on from here:";
}

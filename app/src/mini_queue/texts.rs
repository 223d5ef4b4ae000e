//! Words of the mini queue.

use crate::texts::texts;

texts! {
    TITLE: "待接警", "Unclaimed";
    OPEN: "置顶小窗", "Mini queue on top";
    CLOSE: "关闭小窗", "Close the mini queue";
    NOTIFY: "系统通知", "System notifications";
    NOTIFY_OFF: "停止系统通知", "Stop notifications";
    FORBIDDEN: "浏览器未允许系统通知", "The browser allows no notifications";
    COUNT: "待接警 {0}", "{0} unclaimed";
    MORE: "另 {0} 起", "{0} more";
    NONE: "没有待接警", "Nothing waits to be claimed";
    NONE_THEN: "中断前没有待接警；现在不知道。", "Nothing waited before the link broke; now nobody knows.";
}

//! Words of opening doors.

use crate::texts::texts;

texts! {
    OPEN: "远程开门", "Open the door";
    FOLLOWS: "{0} 将放开片刻，然后自行锁上。此刻站在门前的人都能进。", "{0} is released for a moment and then locks itself. Whoever stands there can come in.";
    OPEN_NOW: "确认开门", "Open it now";
    LEAVE: "不开", "Leave it";
    UNDER_WAY: "正在开门 · {0}", "being opened · {0}";
    DONE: "已放开 {0} · {1}", "released {0} · {1}";
    REFUSED: "门没有开：门禁拒绝 {0} · {1}", "not opened, the controller refused {0} · {1}";
    NOT_SENT: "门没有开：指令没有发出 {0} · {1}", "not opened, nothing was sent {0} · {1}";
    EXPIRED: "门没有开：指令过时 {0} · {1}", "not opened, the order came too late {0} · {1}";
    UNKNOWN: "不知道门开了没有：请看画面或派人 {0} · {1}", "nobody knows whether it opened: look or send somebody {0} · {1}";
    DRILL: "演练：门不会放开，口头说明即可。", "Drill: no door is released, say it only.";
    NONE_HERE: "附近没有可远程开的门，请派人到现场开门。", "No door here can be opened from the desk: open it on the spot.";
}

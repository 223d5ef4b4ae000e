//! Words of the link.

use crate::texts::texts;

texts! {
    CONNECTING: "正在连接…", "Connecting…";
    LIVE: "实时", "Live";
    UNSURE: "信号不稳", "Unsure";
    STALE: "实时数据中断", "Live data interrupted";
    SINCE: "自", "since";
    STALE_ADVICE: "画面停在该时刻，正在重连。请用对讲机联络，按纸质处置卡处理。", "The picture stopped at that moment; reconnecting. Use the radio and the printed cards.";
    NOT_RECORDING: "未记录：服务器无法保存", "Not recording: the server cannot save";
    NOT_RECORDING_ADVICE: "新操作不会生效。请用对讲机，并通知系统管理员检查磁盘。", "Nothing new takes effect. Use the radio and have the server's disk checked.";
    SITE_UNKNOWN: "服务器上没有这个园区，请检查网址中的 site。", "The server has no such site; check the address after site=.";
    WRONG_VERSION: "页面版本与服务器不一致，正在重新载入。若仍看到此提示，请按 Ctrl+Shift+R。", "This page is not of the server's version; reloading. If this stays, press Ctrl+Shift+R.";
    SITE_UNREACHABLE: "连不上服务器，正在重试…", "The server cannot be reached; trying again…";
}

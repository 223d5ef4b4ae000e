//! Words of incidents.

use crate::texts::texts;

texts! {
    INCIDENT: "事件", "Incident";
    OPEN: "待处置", "Open";
    DISPATCHED: "已派单", "Dispatched";
    HANDLING: "处置中", "Being handled";
    CONTAINED: "已控制", "Contained";
    RESOLVED: "已处置", "Resolved";
    CLOSED: "已结案", "Closed";
    CONTAIN: "已控制", "Contained";
    RESOLVE: "已处置", "Resolved";
    CLOSE: "结案", "Close";
    REOPEN: "重新打开", "Open again";
    MERGED: "已并入 {0}", "Part of {0}";
    OPENED_AT_ONCE: "按类型自动立案", "opened at once by its type";
    OPENED_BY_DISPATCH: "因派单立案", "opened when somebody was sent";
    OPENED_BY_VERDICT: "真警立案", "opened as genuine";
    OPENED_BY_SPLIT: "拆分立案", "split off";
}

//! Words of the wall.

use crate::texts::texts;

texts! {
    TITLE: "大屏", "Wall";
    ON_DUTY: "值班", "On duty";
    MORE_PEOPLE: "等 {0} 人", "and {0} more";
    WAITS_LONGEST: "最久待接", "Waits longest";
    NOBODY_WAITS: "待接警 0", "Unclaimed 0";
    FOLDED: "另 {0} 起（已折叠，0 丢失）", "{0} more (folded, none lost)";
    FOLDED_UNRECORDED: "另 {0} 起（已折叠，{1} 起未入账）", "{0} more (folded, {1} not recorded)";
    UNRECORDED: "{0} 起上报未入账", "{0} reports not recorded";
    STALE_ADVICE: "请用对讲机，处置卡在抽屉 1。画面停在该时刻，正在自动重连。", "Use the radio; the cards are in drawer 1. The picture stopped at that moment; reconnecting by itself.";
    MAP: "园区地图", "Map of the estate";
    BUILDINGS: "{0} 栋楼", "{0} buildings";
    CAMERAS: "{0} 路摄像机", "{0} cameras";
    DEVICES: "{0} 台设备", "{0} devices";
}

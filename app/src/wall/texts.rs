//! Words of the wall.

use crate::texts::texts;

texts! {
    TITLE: "大屏", "Wall";
    ON_DUTY: "值班", "On duty";
    MORE_PEOPLE: "等 {0} 人", "and {0} more";
    WAITS_LONGEST: "最久待接", "Longest";
    NOBODY_WAITS: "待接警 0", "Unclaimed 0";
    FOLDED: "另 {0} 起（已折叠，0 丢失）", "{0} more (folded, none lost)";
    FOLDED_UNRECORDED: "另 {0} 起（已折叠，{1} 起未入账）", "{0} more (folded, {1} not recorded)";
    UNRECORDED: "{0} 起上报未入账", "{0} reports not recorded";
    STALE_ADVICE: "请用对讲机，处置卡在抽屉 1。画面停在该时刻，正在自动重连。", "Use the radio; the cards are in drawer 1. The picture stopped at that moment; reconnecting by itself.";
    STALE_ADVICE_VISITORS: "画面停在该时刻，正在自动重连。", "The picture stopped at that moment; reconnecting by itself.";
    TURNS_TO: "即将转到 {0}", "Turning to {0}";
    TURNS_HOME: "即将转到全园区", "Turning to the whole estate";
    PICTURES: "画面", "Pictures";
    FIGURES: "本班数据", "Figures of this shift";
    ALARMS_HANDLED: "报警，已处置 {0}", "alarms, {0} handled";
    ANSWER_MEDIAN: "接警中位", "median to answer";
    ANSWER_MEDIAN_SHARE: "接警中位，达标 {0} %", "to answer, {0} % in time";
    ARRIVAL_MEDIAN: "到场中位", "median to arrive";
    GUARDS: "在岗，失联 {0}", "on duty, {0} silent";
    DEVICES_ONLINE: "设备在线率", "devices online";
    ZONES_ARMED: "防区已布防", "zones armed";
    HANDLED: "本班处置", "handled this shift";
    OPEN: "尚未处置", "not handled yet";
    UNHEARD: "声音未证实", "Sound unproven";
    MAP: "园区地图", "Map of the estate";
    BUILDINGS: "{0} 栋楼", "{0} buildings";
    CAMERAS: "{0} 路摄像机", "{0} cameras";
    DEVICES: "{0} 台设备", "{0} devices";
}

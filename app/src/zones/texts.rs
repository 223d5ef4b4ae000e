//! Words of armed zones.

use crate::texts::texts;

texts! {
    ARMED: "已布防", "Armed";
    DISARMED: "已撤防", "Disarmed";
    ARM: "布防", "Arm";
    DISARM: "撤防", "Disarm";
    ARM_CONSEQUENCE: "布防后，此防区的触发会成为报警", "Once armed, what this zone reports becomes an alarm";
    DISARM_CONSEQUENCE: "撤防后，此防区的触发不再成为报警", "Once disarmed, what this zone reports is no alarm";
    DISARM_FOLLOWS: "{0} 已撤防：触发不再成为报警。", "{0} is disarmed: what it reports is no alarm.";
    ARM_AGAIN: "重新布防", "Arm again";
    BY_SCHEDULE: "按计划", "by schedule";
}

//! Words of armed zones.

use crate::texts::texts;

texts! {
    ZONES: "防区", "Zones";
    ARMED: "已布防", "Armed";
    DISARMED: "已撤防", "Disarmed";
    ARM: "布防", "Arm";
    DISARM: "撤防", "Disarm";
    ARM_CONSEQUENCE: "布防后，此防区的触发会成为报警", "Once armed, what this zone reports becomes an alarm";
    DISARM_CONSEQUENCE: "撤防后，此防区的触发不再成为报警", "Once disarmed, what this zone reports is no alarm";
    BY_SCHEDULE: "按计划", "by schedule";
}

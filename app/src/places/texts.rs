//! Words of buildings and areas.

use crate::texts::texts;

texts! {
    BUILDING_KIND: "楼栋", "Building";
    AREA_RESPONSIBILITY: "责任区", "Area of responsibility";
    AREA_FORBIDDEN: "禁入区", "Forbidden area";
    AREA_KEEPS_IN: "须在区内", "To stay inside";
    AREA_LETS_IN: "可进入", "May enter";
    NOBODY_MAY_ENTER: "任何人不得进入", "Nobody";
    FLOORS: "楼层", "Floors";
    DEVICES_HERE: "设备数", "Devices here";
    OPEN_HERE: "未结束报警", "Open alarms";
}

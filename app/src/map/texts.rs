//! Words of the map.

use crate::texts::texts;

texts! {
    CONTROLS: "地图视角", "Map view";
    CLOSER: "放大", "Zoom in";
    FURTHER: "缩小", "Zoom out";
    PLAN: "平面，正北朝上（2）", "Plan, north up (2)";
    TILT: "倾斜（3）", "Tilted (3)";
    HOME: "回到全园（0）", "Whole estate (0)";
    FLOORS: "楼层", "Floors";
    ALL_FLOORS: "全部", "All";
    UNIT: "{0}单元", "unit {0}";
    CANVAS: "地图。方向键移动，加号减号缩放，Shift 加方向键旋转和倾斜。图上的内容在列表中都有。", "Map. Arrow keys move it, plus and minus zoom, Shift with arrow keys turns and tilts. Everything on it is also in the lists.";
    ALARM: "报警", "Alarm";
    ALARMS_HERE: "共 {0}", "{0} in all";
    OPEN_HERE: "{0} 共 {1}", "{0} of {1}";
    FLOOR: "{0}层", "floor {0}";
    GAS: "燃气", "gas";
    FIRE: "火警", "fire";
    CO: "一氧化碳", "CO";
    WATER: "进水", "water";
    SOS: "求助", "SOS";
    LIFT: "困人", "lift";
    INTRUSION: "入侵", "intrusion";
    LOADING: "正在载入地图 …", "Loading the map …";
    NO_LIBRARY: "地图组件未能载入，地图暂时看不到。报警列表和处置照常工作；网络恢复后请刷新页面。", "The map could not be loaded. The alarm list works as usual; reload the page once the network is back.";
    NO_GRAPHICS: "此浏览器无法绘制地图（需要 WebGL2）。报警列表和处置照常工作；请更新浏览器，或开启硬件加速。", "This browser cannot draw the map (it needs WebGL2). The alarm list works as usual; update the browser or turn on hardware acceleration.";
    GRAPHICS_LOST: "显卡暂时不可用，地图正在恢复。报警列表和处置照常工作；若一分钟内未恢复，请刷新页面。", "The graphics card is not available at the moment; the map is coming back. The alarm list works as usual; if it takes over a minute, reload the page.";
}

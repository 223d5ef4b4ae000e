//! Words of the page of chosen pictures.

use crate::texts::texts;

texts! {
    TITLE: "多画面", "Pictures";
    CHOOSE: "选择画面 {0}/{1}", "Choose pictures {0}/{1}";
    FIND: "按位置查找摄像机", "Find a camera by its place";
    FULL: "最多 {0} 路：先去掉一路", "{0} at most: take one away first";
    NONE_FOUND: "没有这样的摄像机", "No such camera";
    NONE_CHOSEN: "还没有选择画面", "No picture is chosen yet";
    LEFT_OUT: "网址里有 {0} 路未显示：最多 {1} 路，且须在园区资料里", "{0} of the address are not shown: {1} at most, and of this estate";
    MAY_NOT: "您无权看摄像机画面", "You may not see cameras";
}

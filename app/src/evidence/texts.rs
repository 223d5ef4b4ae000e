//! Words of clips.

use crate::texts::texts;

texts! {
    CLIP: "录像", "Clip";
    KEPT: "录像", "Clip kept";
    VIEWED: "查看录像", "Looked at the clip";
    PLAY: "播放录像 {0}", "Play the clip {0}";
    ONLY_OWNER: "录像只有接警人、班长及以上可以查看。", "Clips are shown to whoever has the alarm, to shift leaders and to those above.";
    GONE: "录像已删除。处置经过仍在。", "The clip is deleted. What was done is still here.";
    FAILED: "录像暂时读不到，请稍后再试。", "The clip cannot be read now; try again in a moment.";
    NOT_PLAYABLE: "此浏览器放不了 {0}。", "This browser does not play {0}.";
    REPLAY: "回放 {0}", "Replay {0}";
    GO_ON: "播放", "Play";
    PAUSE: "暂停", "Pause";
    BACK_5: "后退 5 秒", "5 s back";
    AHEAD_5: "前进 5 秒", "5 s ahead";
    WHERE: "进度", "Position";
    MAP_TOO: "地图上虚线为当时位置", "dashed on the map: where people were then";
}

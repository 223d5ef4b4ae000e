//! Words of the sound.

use crate::texts::texts;

texts! {
    TITLE: "声音", "Sound";
    HEARD_AT: "声音 {0} 已听到", "Sound heard {0}";
    UNTRIED: "点此试音", "Test the sound";
    SILENT: "无声", "No sound";
    SENTENCE_WAITS: "浏览器要等有人点击或按键后才能出声。按“播放一级警报音”。", "The browser makes no sound before somebody clicks or presses a key. Play the sound for life.";
    SENTENCE_NONE: "这台机器现在放不出声音：请检查音箱、系统音量和浏览器的声音权限，再试一次。", "This machine makes no sound now: check loudspeaker, system volume and the browser's permission for sound, then try again.";
    SENTENCE_PLAYS: "播放一级警报音，在座位上听到后按“听到了”。每班一次。", "Play the sound for life, and say so once you have heard it at your place. Once a shift.";
    SENTENCE_HEARD: "本班 {0} 已听到。", "Heard this shift at {0}.";
    PLAY_LIFE: "播放一级警报音", "Play the sound for life";
    I_HEARD_IT: "听到了", "I heard it";
    VOLUME: "音量", "Volume";
    SOUND_LIFE: "一级：双音，接警前不停", "Life: two tones until claimed";
    SOUND_PULSES: "二级：三声短音，每 5 秒", "Pulses: three short tones every 5 s";
    SOUND_CHIMES: "钟声两响，时限过半再响", "Chimes: two, again at half of the deadline";
    SOUND_TICK: "一声轻响", "Tick: one";
    TRY: "试听", "Listen";
}

// Who works here.

const person = (id, zh, en, role, call, phone) => ({ id, name: { zh, en }, role, ...(call ? { call_sign: { zh: call[0], en: call[1] } } : {}), ...(phone ? { phone } : {}) });
const patrol = (n) => [`巡逻${n}`, `Patrol ${n}`];
const guards = [
  ["wang-qiang", "王强", "Wang Qiang", patrol(2)],
  ["li-min", "李敏", "Li Min", patrol(5)],
  ["zhao-jun", "赵军", "Zhao Jun", ["东门", "East gate"]],
  ["zhou-liang", "周亮", "Zhou Liang", patrol(3)],
  ["sun-wei", "孙伟", "Sun Wei", patrol(1)],
  ["xu-lei", "徐磊", "Xu Lei", patrol(4)],
  ["he-yong", "何勇", "He Yong", patrol(6)],
  ["wu-bin", "吴斌", "Wu Bin", ["北门1", "North gate 1"]],
  ["zheng-kai", "郑凯", "Zheng Kai", ["南门", "South gate"]],
  ["ma-jun", "马骏", "Ma Jun", ["东门2", "East gate 2"]],
  ["gao-feng", "高峰", "Gao Feng", ["北门2", "North gate 2"]],
  ["lin-tao", "林涛", "Lin Tao", ["机动1", "Reserve 1"]],
];
export const people = [
  person("li-na", "李娜", "Li Na", "operator"),
  person("zhang-wei", "张伟", "Zhang Wei", "operator"),
  person("wang-jianguo", "王建国", "Wang Jianguo", "shift_leader", ["班长", "Shift leader"]),
  person("chen-gang", "陈刚", "Chen Gang", "duty_manager", ["值班主管", "Duty manager"]),
  ...guards.map(([id, zh, en, call], i) => person(id, zh, en, "guard", call, `guard-${String(i + 1).padStart(2, "0")}`)),
];
const shift = (zh, en, starts_at) => ({ name: { zh, en }, starts_at });
export const staffing = { shifts: [shift("白班", "Day shift", "08:00"), shift("夜班", "Night shift", "20:00")], night: { from: "22:00", to: "06:00" }, duty: "recorded", position_every_s_max: 60 };

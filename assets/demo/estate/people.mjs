// Who works here, who is called when nobody answers, and who stands where.
import { gateAt, gateNames } from "./wall.mjs";

const person = (id, zh, en, role, call, more = {}) => ({ id, name: { zh, en }, role, ...(call ? { call_sign: { zh: call[0], en: call[1] } } : {}), ...more });
const patrol = (n) => [`巡逻${n}`, `Patrol ${n}`];
// Two shifts: of every post and of those who walk, the first half works while the second sleeps.
const guards = [
  ["wang-qiang", "王强", "Wang Qiang", patrol(2), ["first_aid", "gas_detector", "fire_team"]],
  ["li-min", "李敏", "Li Min", patrol(5), ["first_aid"]],
  ["zhao-jun", "赵军", "Zhao Jun", ["东门", "East gate"], ["fire_team"]],
  ["zhou-liang", "周亮", "Zhou Liang", patrol(3), ["lift_rescue", "first_aid"]],
  ["sun-wei", "孙伟", "Sun Wei", patrol(1), ["fire_team"]],
  ["xu-lei", "徐磊", "Xu Lei", patrol(4), ["gas_detector"]],
  ["he-yong", "何勇", "He Yong", patrol(6), [], { radio_only: true }],
  ["wu-bin", "吴斌", "Wu Bin", ["北门1", "North gate 1"], ["fire_team"]],
  ["zheng-kai", "郑凯", "Zheng Kai", ["南门", "South gate"], ["first_aid"]],
  ["ma-jun", "马骏", "Ma Jun", ["东门2", "East gate 2"], []],
  ["gao-feng", "高峰", "Gao Feng", ["北门2", "North gate 2"], []],
  ["lin-tao", "林涛", "Lin Tao", ["机动1", "Reserve 1"], ["lift_rescue", "fire_team"]],
  ["feng-yi", "冯毅", "Feng Yi", ["西门", "West gate"], ["first_aid"]],
  ["jiang-bo", "蒋波", "Jiang Bo", patrol(7), ["gas_detector", "fire_team"]],
  ["han-xuesong", "韩雪松", "Han Xuesong", patrol(8), ["first_aid"]],
  ["cao-yang", "曹阳", "Cao Yang", patrol(9), ["fire_team"]],
  ["shen-hui", "沈辉", "Shen Hui", ["地库", "Garage"], []],
  ["wei-dong", "魏东", "Wei Dong", ["车巡", "Cart"], ["lift_rescue"]],
  ["yuan-lin", "袁林", "Yuan Lin", ["东门3", "East gate 3"], ["fire_team"]],
  ["qin-yan", "秦岩", "Qin Yan", ["东门4", "East gate 4"], [], { radio_only: true }],
  ["peng-chao", "彭超", "Peng Chao", ["北门3", "North gate 3"], ["fire_team"]],
  ["dong-rui", "董锐", "Dong Rui", ["北门4", "North gate 4"], []],
  ["luo-chuan", "罗川", "Luo Chuan", ["南门2", "South gate 2"], ["first_aid"]],
  ["ding-hao", "丁浩", "Ding Hao", ["西门2", "West gate 2"], []],
];
const papers = (...kinds) => ({ certificates: kinds.map(([kind, valid_until]) => ({ kind, ...(valid_until ? { valid_until } : {}) })) });
const able = (...skills) => (skills.length > 0 ? { skills } : {});
export const people = [
  person("li-na", "李娜", "Li Na", "operator", undefined, papers(["fire_control"])),
  person("zhang-wei", "张伟", "Zhang Wei", "operator", undefined, papers(["fire_control"])),
  person("wang-jianguo", "王建国", "Wang Jianguo", "shift_leader", ["班长", "Shift leader"], { rungs: ["shift_leader"], ...able("first_aid", "fire_team"), ...papers(["security_guard"], ["fire_control"]) }),
  person("chen-gang", "陈刚", "Chen Gang", "duty_manager", ["值班主管", "Duty manager"], { rungs: ["duty_manager"] }),
  ...guards.map(([id, zh, en, call, skills, more], i) => person(id, zh, en, "guard", call, { phone: `guard-${String(i + 1).padStart(2, "0")}`, ...able(...skills), ...papers(["security_guard"], ...(skills.includes("first_aid") ? [["first_aid", "2028-06-30"]] : [])), ...more })),
  person("huang-jian", "黄健", "Huang Jian", "engineer", ["工程", "Engineer"], { rungs: ["engineer"], ...able("gas_detector", "electrician", "plumber"), ...papers(["electrician", "2028-03-31"]) }),
  person("liang-yu", "梁宇", "Liang Yu", "engineer", ["工程副岗", "Engineer 2"], { rungs: ["engineer"], deputy_of: "huang-jian", ...able("electrician", "lift_rescue"), ...papers(["electrician", "2027-11-30"], ["lift", "2029-05-31"]) }),
  person("tang-yue", "唐悦", "Tang Yue", "steward", ["管家1", "Steward 1"], { rungs: ["steward"], ...able("first_aid") }),
  person("pan-lan", "潘兰", "Pan Lan", "steward", ["管家2", "Steward 2"], { rungs: ["steward"] }),
  person("qiu-jing", "邱静", "Qiu Jing", "steward", ["管家3", "Steward 3"], { rungs: ["steward"], deputy_of: "tang-yue" }),
  person("su-qing", "苏晴", "Su Qing", "duty_manager", ["副主管", "Manager 2"], { rungs: ["duty_manager"], deputy_of: "chen-gang" }),
  person("fang-zhiyuan", "方志远", "Fang Zhiyuan", "project_manager", ["项目经理", "Project lead"], { rungs: ["project_manager"] }),
];
/** Who stands at each gate, of both shifts, and how many of them at a time. */
export const crews = {
  north: { wanted: 2, people: ["wu-bin", "gao-feng", "peng-chao", "dong-rui"] },
  east: { wanted: 2, people: ["zhao-jun", "ma-jun", "yuan-lin", "qin-yan"] },
  south: { wanted: 1, people: ["zheng-kai", "luo-chuan"] },
  west: { wanted: 1, people: ["feng-yi", "ding-hao"] },
};
export const posts = Object.entries(crews).map(([key, { wanted, people: ids }]) => {
  const [zh, en] = gateNames[key];
  return { id: `${key}-gate`, name: { zh: `${zh}岗`, en: `${en} post` }, place: { spot: { zh, en }, at: gateAt[key] }, guards_wanted: wanted, people: ids };
});
const shift = (zh, en, starts_at) => ({ name: { zh, en }, starts_at });
export const staffing = { shifts: [shift("白班", "Day shift", "08:00"), shift("夜班", "Night shift", "20:00")], night: { from: "22:00", to: "06:00" }, duty: "recorded", position_every_s_max: 60 };

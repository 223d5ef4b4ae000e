// What is measured on the console: nothing moves; an alarm that nobody has; guards who walk.
import { Site, estate } from "../console.mjs";

/** Degrees of latitude in a metre. */
const METRE = 1 / 111_195;
const PHONES = estate.people.flatMap(({ role, phone }) => (role === "guard" && phone ? [phone] : [])).slice(0, 12);
/** Fixes of somebody who walks come each second, of a phone that lies still less often. */
const WALKING_EVERY_MS = 1_000;
const STANDING_EVERY_MS = 10_000;
const METRES_PER_SECOND = 1.3;
/** Where the alarm is whose pulse is watched. */
const ALARM = { device: "gas-3-b1", type: "gas_high" };

/** Two ends of the way of each guard, side by side across the middle of the estate. */
export const WALKS = PHONES.map((_, index) => {
  const [lon, lat] = estate.anchor;
  const east = ((index % 4) - 1.5) * 60;
  // South of the lake, where nobody may stand.
  const north = -55 - Math.floor(index / 4) * 25;
  const degrees = (x, y) => [lon + (x * METRE) / Math.cos((lat * Math.PI) / 180), lat + y * METRE];
  return [degrees(east - 39, north), degrees(east + 39, north + 10)];
});

export class Scenes {
  #site;
  #timers = [];
  #begun = Date.now();
  #faults = [];

  constructor(castellan) {
    this.#site = new Site(castellan);
  }

  /** Everybody stands, and the phones say so. */
  async stand() {
    await this.#stop();
    await this.#all(() => 0);
    this.#every(STANDING_EVERY_MS, () => this.#all(() => 0));
  }

  /** Everybody walks to and fro. */
  async walk() {
    await this.#stop();
    this.#begun = Date.now();
    this.#every(WALKING_EVERY_MS, () => this.#all(() => this.#along()));
  }

  /** An alarm of priority 1 that nobody takes. */
  async alarm() {
    return this.#site.report(ALARM.device, ALARM.type);
  }

  /** It is over. */
  async end(alarm) {
    for (const command of [{ claim: { alarm } }, { judge: { alarm, verdict: "test", basis: "phone" } }]) {
      await this.#site.command("zhang-wei", command);
    }
    await this.#site.report(ALARM.device, ALARM.type, "cleared");
  }

  async placeOf(alarm) {
    return (await this.#site.alarm(alarm)).place.at;
  }

  /** Ends what is under way; a fault of it is thrown here. */
  async close() {
    await this.#stop();
  }

  #along() {
    const length_m = 80;
    const walked = ((Date.now() - this.#begun) / 1_000) * METRES_PER_SECOND;
    const turn = (walked / length_m) % 2;
    return turn < 1 ? turn : 2 - turn;
  }

  async #all(along) {
    const at = ([from, to]) => [0, 1].map((axis) => from[axis] + (to[axis] - from[axis]) * along());
    await Promise.all(PHONES.map((phone, index) => this.#site.position(phone, at(WALKS[index]), { accuracy: 5 })));
  }

  #every(ms, act) {
    this.#timers.push(setInterval(() => act().catch((fault) => this.#faults.push(fault)), ms));
  }

  async #stop() {
    this.#timers.splice(0).forEach(clearInterval);
    if (this.#faults.length > 0) {
      throw this.#faults[0];
    }
  }
}

// Writes what each journey took, for whoever asks which are the slowest.
import { mkdirSync, writeFileSync } from "node:fs";

const FOLDER = new URL("results/", import.meta.url);

export default class Times {
  #took = [];

  onTestEnd(test, result) {
    this.#took.push([test.title, result.duration]);
  }

  onEnd() {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(new URL("times.json", FOLDER), JSON.stringify(this.#took));
  }
}

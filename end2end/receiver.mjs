// A program on this machine that is told of every call: it takes what comes, and says what came.
import { createServer } from "node:http";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

export class Receiver {
  #server = null;
  /** Each call as the server told of it, in that order. */
  calls = [];

  static async start() {
    const receiver = new Receiver();
    receiver.#server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (text) => (body += text));
      request.on("end", () => {
        receiver.calls.push(JSON.parse(body).call);
        response.writeHead(204).end();
      });
    });
    receiver.#server.listen(0, "127.0.0.1");
    await once(receiver.#server, "listening");
    return receiver;
  }

  /** Has a server tell it of every call from now on. */
  async listenTo(castellan) {
    const secret = join(castellan.data, "webhook-secret");
    await writeFile(secret, "of-a-journey-and-of-nobody-else", { mode: 0o600 });
    const url = `http://127.0.0.1:${this.#server.address().port}/calls`;
    await castellan.stop();
    castellan.words = ["--notify-webhook", url, "--notify-secret-file", secret];
    await castellan.start();
  }

  /** Who was called about a matter, in that order. */
  people(matter) {
    const about = ({ about }) => Object.entries(about).map(([kind, body]) => body[kind])[0];
    return this.calls.filter((call) => about(call) === matter).map((call) => call.person);
  }

  async stop() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

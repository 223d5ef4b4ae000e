// A program on this machine that is told of every call, or of every order to a door: it takes what comes, and says what came.
import { createServer } from "node:http";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

export class Receiver {
  #server = null;
  /** Each call as the server told of it, in that order. */
  calls = [];
  /** The doors that were to be opened, in that order. */
  orders = [];
  /** How it answers. */
  status = 204;

  static async start() {
    const receiver = new Receiver();
    receiver.#server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (text) => (body += text));
      request.on("end", () => {
        const { call, device } = JSON.parse(body);
        if (call) receiver.calls.push(call);
        else receiver.orders.push(device);
        response.writeHead(receiver.status).end();
      });
    });
    receiver.#server.listen(0, "127.0.0.1");
    await once(receiver.#server, "listening");
    return receiver;
  }

  /** Has a server tell it of every call from now on. */
  async listenTo(castellan) {
    await this.#serve(castellan, "--notify-webhook", "--notify-secret-file");
  }

  /** Has a server give it every order to a door from now on. */
  async openDoorsOf(castellan) {
    await this.#serve(castellan, "--actuator-url", "--actuator-secret-file");
  }

  async #serve(castellan, urlWord, secretWord) {
    const secret = join(castellan.data, "receiver-secret");
    await writeFile(secret, "of-a-journey-and-of-nobody-else", { mode: 0o600 });
    const url = `http://127.0.0.1:${this.#server.address().port}/`;
    await castellan.stop();
    castellan.words = [urlWord, url, secretWord, secret];
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

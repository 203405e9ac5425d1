// The WebSocket over which the page is told what has changed.

const AGAIN = 10_000;

export class Line {
  #socket = null;
  #open = false;
  #notBefore = 0;
  #query;
  #told;
  #changed;

  /** What to go on from, as a query; who is told; and who hears whether the line is open. */
  constructor(query, told, changed) {
    this.#query = query;
    this.#told = told;
    this.#changed = changed;
  }

  get isOpen() {
    return this.#open;
  }

  /** Tries, unless it is open or has just failed. */
  open() {
    if (this.#socket || Date.now() < this.#notBefore) return;
    const address = new URL(`live?${this.#query()}`, location.href);
    address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(address);
    this.#socket = socket;
    this.#notBefore = Date.now() + AGAIN;
    socket.onopen = () => {
      this.#open = true;
      this.#changed(true);
    };
    socket.onmessage = event => this.#told(JSON.parse(event.data));
    socket.onclose = () => {
      const was = this.#open;
      this.#socket = null;
      this.#open = false;
      if (was) this.#changed(false);
    };
  }

  /** Nobody looks. */
  close() {
    this.#socket?.close(1000);
    this.#notBefore = 0;
  }
}

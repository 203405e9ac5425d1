// The WebSocket that sends the updates of the page.

const RETRY_MILLIS = 10_000;

export class LiveUpdates {
  #socket = null;
  #open = false;
  #nextAttempt = 0;
  #query;
  #onUpdate;
  #onChange;

  /** query(): where the updates shall start; onUpdate(state): called for each update; onChange(open): called when the WebSocket opens or closes. */
  constructor(query, onUpdate, onChange) {
    this.#query = query;
    this.#onUpdate = onUpdate;
    this.#onChange = onChange;
  }

  get isOpen() {
    return this.#open;
  }

  /** Opens the WebSocket, unless it is open or has just failed. */
  open() {
    if (this.#socket || Date.now() < this.#nextAttempt) return;
    const address = new URL(`live?${this.#query()}`, location.href);
    address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(address);
    this.#socket = socket;
    this.#nextAttempt = Date.now() + RETRY_MILLIS;
    socket.onopen = () => {
      this.#open = true;
      this.#onChange(true);
    };
    socket.onmessage = event => this.#onUpdate(JSON.parse(event.data));
    socket.onclose = () => {
      const wasOpen = this.#open;
      this.#socket = null;
      this.#open = false;
      if (wasOpen) this.#onChange(false);
    };
  }

  /** For a hidden page: closes the WebSocket. */
  close() {
    this.#socket?.close(1000);
    this.#nextAttempt = 0;
  }
}

/**
 * A list that stays where one reads: at its end as long as one is there, else at the same message, whatever changes
 * above it.
 *
 * The browser's own scroll anchoring is off in there (it gives up at the very top, where older messages come in). At
 * the end the observer alone scrolls: it hears of what has grown once the browser has laid it out anyway. A scroll event
 * that comes before it, from the place where the end was, is not the reader's.
 */

import { Component, html } from "./vendor/htm-preact.js";

const AT_END_PIXELS = 40;
const NEAR_TOP_PIXELS = 300;

/** `ready`: what there is to read is here; `onEnd(isAtEnd)` and `onTop()` hear of scrolling; rows are `li` elements. */
export class Scroller extends Component {
  componentDidMount() {
    this.isAtEnd = true;
    this.grown = new ResizeObserver(() => this.settle());
    this.grown.observe(this.view);
    this.grown.observe(this.content);
    if (this.props.ready) this.begin();
  }

  componentWillUnmount() {
    this.grown.disconnect();
  }

  getSnapshotBeforeUpdate() {
    if (this.isAtEnd) return null;
    const row = this.firstVisible();
    return row && { row, top: row.getBoundingClientRect().top };
  }

  componentDidUpdate(before, _, anchor) {
    if (this.props.ready && !before.ready) this.begin();
    else if (anchor?.row.isConnected) this.view.scrollTop += anchor.row.getBoundingClientRect().top - anchor.top;
  }

  /** Begin at what is new, where all of it doesn't fit; else at the end. */
  begin() {
    this.toEnd();
    const divider = this.content.querySelector(".new-break");
    if (!divider || divider.offsetTop >= this.view.scrollTop) return;
    this.view.scrollTop = divider.offsetTop - this.view.clientHeight / 4;
    this.heard();
  }

  toEnd() {
    this.isAtEnd = true;
    this.settle();
    this.props.onEnd(true);
  }

  settle() {
    if (!this.isAtEnd) return;
    this.view.scrollTop = this.view.scrollHeight;
    this.settledAt = this.view.scrollTop;
  }

  heard() {
    if (!this.view) return; // closed while it scrolled
    const { scrollTop, scrollHeight, clientHeight } = this.view;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < AT_END_PIXELS
      || (this.isAtEnd && scrollTop === this.settledAt);
    if (isAtEnd !== this.isAtEnd) this.props.onEnd(isAtEnd);
    this.isAtEnd = isAtEnd;
    if (scrollTop < NEAR_TOP_PIXELS && this.props.ready) this.props.onTop();
  }

  firstVisible() {
    const { top } = this.view.getBoundingClientRect();
    return [...this.content.querySelectorAll("li")].find((row) => row.getBoundingClientRect().bottom > top);
  }

  render({ children }) {
    return html`<div class="scroller" ref=${(view) => (this.view = view)} onScroll=${() => this.heard()}>
      <div class="scrolled" ref=${(content) => (this.content = content)}>${children}</div>
    </div>`;
  }
}

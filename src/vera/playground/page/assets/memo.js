/**
 * Components that are drawn again only where one of their props is another value.
 */

import { Component, h } from "./vendor/htm-preact.js";

/** Wrap a component so that the same props (compared one by one) leave its elements as they are. */
export function memo(Inner) {
  return class extends Component {
    shouldComponentUpdate(next) {
      return differ(this.props, next) || differ(next, this.props);
    }

    render(props) {
      return h(Inner, props);
    }
  };
}

function differ(one, other) {
  for (const name in one) if (one[name] !== other[name]) return true;
  return false;
}

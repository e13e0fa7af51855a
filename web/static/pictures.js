// The faces of servers and people, as icons.html draws them.
import { h } from "./dom.js";

const { cdn } = document.documentElement.dataset;

const initials = (name) => name.split(/\s+/).filter(Boolean).slice(0, 2).map((part) => part[0]).join("").toUpperCase() || "?";

function picture(kind, className, { id, name, image }) {
  const inside = image ? h("img", { src: `${cdn}/${kind}/${id}/${image}.png?size=64`, alt: "", loading: "lazy" }) : initials(name);
  return h("span", { class: `picture ${className}`, "aria-hidden": "true" }, inside);
}

export const guildPicture = ({ id, name, icon }) => picture("icons", "tiny", { id, name, image: icon });
export const personPicture = ({ id, name, avatar }) => picture("avatars", "round tiny", { id, name, image: avatar });

// The page for who is offline: it goes on by itself, to the address that was asked for, once the platform answers.
const LOOK_EVERY_MS = 2000;

async function look() {
  const answer = await fetch("/livez", { cache: "no-store" }).catch(() => null);
  if (answer) location.reload();
}

addEventListener("online", look);
document.getElementById("again").addEventListener("click", look);
setInterval(look, LOOK_EVERY_MS);

// Says that the browser is offline. The live stream resumes by itself.
export function watchConnection() {
  const notice = document.getElementById("offline");
  const say = () => { notice.hidden = navigator.onLine; };
  addEventListener("online", say);
  addEventListener("offline", say);
  say();
}

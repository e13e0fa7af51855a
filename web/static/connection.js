// Says that the browser is offline, and keeps the page for then. The live stream resumes by itself.
export function watchConnection() {
  const notice = document.getElementById("offline");
  const say = () => { notice.hidden = navigator.onLine; };
  addEventListener("online", say);
  addEventListener("offline", say);
  say();
  // Only over HTTPS or on this machine; elsewhere the dashboard works without it.
  navigator.serviceWorker?.register("/sw.js");
}

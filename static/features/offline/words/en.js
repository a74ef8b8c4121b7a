// English for the time without a server.
export default {
  "connection.offline": "You're offline. Last updated {time}.",
  "connection.unreachable": "Can't reach the server. Last updated {time}.",
};

namespace CodeCrafter.Server.Tests.Access;

/// <summary>
/// Who may do what: a row for every route and every method of the hub, and in it the answer to each caller. Whoever adds
/// a route gives it its row here; <see cref="AccessMatrixTests"/> finds the routes by itself and misses none.
/// </summary>
internal static class AccessMatrix
{
    /// <summary>
    /// The columns. The session is private, and an administrator of the server is a stranger to it. The last one is a
    /// stranger too, in the same session made public.
    /// </summary>
    public static readonly string[] Callers = ["anonymous", "stranger", "viewer", "editor", "admin", "owner", "administrator", "reader"];

    public static readonly Row[] Routes =
    [
        //                                                             anon stra view edit admn ownr root read
        new("POST /api/auth/register",                                  "201  201  201  201  201  201  201  201", w => w.NewAccount()),
        new("POST /api/auth/login",                                     "200  200  200  200  200  200  200  200", w => World.VictimsLogin),
        new("POST /api/auth/refresh",                                   "401  401  401  401  401  401  401  401"),
        new("POST /api/auth/logout",                                    "204  204  204  204  204  204  204  204") { EndsLogin = true },
        new("GET /api/auth/me",                                         "401  200  200  200  200  200  200  200"),
        new("PUT /api/auth/me",                                         "401  200  200  200  200  200  200  200", w => new { firstName = "x" }),
        // With a wrong password, which is looked at only for those who are logged in.
        new("POST /api/auth/change-password",                           "401  400  400  400  400  400  400  400", w => World.WrongPasswords),

        new("POST /api/sessions/create",                                "401  201  201  201  201  201  201  201", w => new { title = "x" }),
        new("GET /api/sessions/list",                                   "401  200  200  200  200  200  200  200"),
        new("GET /api/sessions/{id}",                                   "401  404  200  200  200  200  404  200"),
        new("PUT /api/sessions/{id}",                                   "401  404  403  403  200  200  404  403", w => new { title = "x" }),
        new("DELETE /api/sessions/{id}",                                "401  404  403  403  403  204  404  403"),
        new("POST /api/sessions/{id}/join",                             "401  404  200  200  200  200  404  200"),
        new("POST /api/sessions/{id}/leave",                            "401  404  204  204  204  409  404  404"),
        new("POST /api/sessions/{id}/invite",                           "401  404  403  403  200  200  404  403"),
        new("GET /api/sessions/{id}/invitations",                       "401  404  403  403  200  200  404  403"),
        new("POST /api/sessions/{id}/invitations",                      "401  404  403  403  201  201  404  403", w => new { role = "editor" }),
        new("DELETE /api/sessions/{id}/invitations/{invitationId}",     "401  404  403  403  204  204  404  403"),
        new("GET /api/sessions/{id}/snapshots",                         "401  404  200  200  200  200  404  200"),
        new("POST /api/sessions/{id}/snapshots",                        "401  404  403  201  201  201  404  403"),
        new("GET /api/sessions/{id}/snapshots/{snapshotId}",            "401  404  200  200  200  200  404  200"),
        new("GET /api/sessions/{id}/snapshots/{snapshotId}/diff",       "401  404  200  200  200  200  404  200"),
        new("POST /api/sessions/{id}/snapshots/{snapshotId}/restore",   "401  404  403  200  200  200  404  403"),
        new("DELETE /api/sessions/{id}/snapshots/{snapshotId}",         "401  404  403  403  204  204  404  403"),
        new("GET /api/sessions/{id}/messages",                          "401  404  200  200  200  200  404  200"),
        new("GET /api/sessions/{id}/recording/",                        "401  404  200  200  200  200  404  200"),
        new("GET /api/sessions/{id}/recording/updates",                 "401  404  200  200  200  200  404  200"),
        new("GET /api/sessions/{id}/recording/keyframe",                "401  404  200  200  200  200  404  200") { Query = "?at=2026-01-31T12:00:00Z" },
        new("GET /api/sessions/{id}/recording/events",                  "401  404  200  200  200  200  404  200"),
        new("GET /api/sessions/{id}/export/files",                      "401  404  200  200  200  200  404  200"),
        new("GET /api/sessions/{id}/export/recording",                  "401  404  200  200  200  200  404  200"),
        // Without what lets them in, which is asked for before anything else.
        new("POST /api/sessions/{id}/preview",                          "404  404  404  404  404  404  404  404", w => new { }),
        new("POST /api/sessions/{id}/guests",                           "404  404  404  404  404  404  404  403", w => new { name = "Ada" }),
        new("POST /api/sessions/{id}/read",                             "404  404  404  404  404  404  404  404", w => new { token = "wrong" }),
        new("POST /api/sessions/{id}/public-link",                      "401  404  403  403  200  200  404  403"),
        new("DELETE /api/sessions/{id}/public-link",                    "401  404  403  403  204  204  404  403"),
        // It is not deleted.
        new("POST /api/sessions/{id}/restore",                          "401  404  404  404  404  404  404  404"),
        new("POST /api/sessions/{id}/transfer",                         "401  404  403  403  403  200  404  403", w => new { userId = "@victim" }),
        new("POST /api/sessions/{id}/fork",                             "401  404  201  201  201  201  404  201"),
        new("PUT /api/sessions/{id}/participants/{userId}",             "401  404  403  403  200  200  404  403", w => new { role = "editor" }),
        new("DELETE /api/sessions/{id}/participants/{userId}",          "401  404  403  403  204  204  404  403"),

        new("GET /api/execute/languages",                               "200  200  200  200  200  200  200  200"),
        // In a language that there is not, which is looked at only for those who may run programs.
        new("POST /api/execute/",                                       "401  404  403  400  400  400  404  403", w => new { sessionId = w.Session.Id, language = "klingon" }),
        new("GET /api/execute/status/{jobId}",                          "401  404  200  200  200  200  404  200"),
        new("GET /api/execute/history/{sessionId}",                     "401  404  200  200  200  200  404  200"),
        new("GET /api/execute/files/{jobId}",                           "401  404  200  200  200  200  404  200") { Query = "?path=made.txt" },
        new("DELETE /api/execute/{jobId}",                              "401  404  403  200  200  200  404  403") { NeedsRunningJob = true },
        new("DELETE /api/execute/kill/{sessionId}",                     "401  404  403  200  200  200  404  403"),
        new("GET /api/execute/stats",                                   "401  403  403  403  403  403  200  403"),

        new("GET /api/admin/security-events",                           "401  403  403  403  403  403  200  403"),
        new("PUT /api/admin/users/{userId}",                            "401  403  403  403  403  403  200  403", w => new { disabled = false }),

        new("SOCKET /collab/{sessionId}",                               "401  404  101  101  101  101  404  101"),
        new("POST /hubs/session/negotiate",                             "401  200  200  200  200  200  200  200"),
        // Without the id of a connection, which is looked at only for those who are logged in.
        new("ANY /hubs/session",                                        "401  400  400  400  400  400  400  400"),

        new("ANY /health",                                              "200  200  200  200  200  200  200  200"),
        new("ANY /health/live",                                         "200  200  200  200  200  200  200  200"),
        new("ANY /health/ready",                                        "200  200  200  200  200  200  200  200"),
        new("ANY /metrics",                                             "200  200  200  200  200  200  200  200"),
        new("GET /openapi/{documentName}.json",                         "200  200  200  200  200  200  200  200"),
        new("GET /docs/{documentName}",                                 "200  200  200  200  200  200  200  200"),
        new("GET /docs/scalar.js",                                      "200  200  200  200  200  200  200  200"),
        new("GET /docs/scalar.aspnetcore.js",                           "200  200  200  200  200  200  200  200"),
        new("GET /docs/favicon.svg",                                    "200  200  200  200  200  200  200  200"),
    ];

    /// <summary>The answers are <c>ok</c> or the code of the error.</summary>
    public static readonly Row[] HubMethods =
    [
        new("JoinSession",  "- session_not_found ok ok ok ok session_not_found ok",                                          w => World.Arguments(w.Session.Id)),
        new("LeaveSession", "- ok ok ok ok ok ok ok",                                                                        w => World.Arguments(w.Session.Id)),
        new("SendMessage",  "- session_not_found ok ok ok ok session_not_found ok",                                          w => World.Arguments(w.Session.Id, "hello")),
        new("GetMessages",  "- session_not_found ok ok ok ok session_not_found ok",                                          w => World.Arguments(w.Session.Id, null, 10)),
        new("SetTyping",    "- not_joined ok ok ok ok not_joined ok",                                                        w => World.Arguments(w.Session.Id, true)) { Joins = true },
        new("Run",          "- session_not_found forbidden_role unknown_language unknown_language unknown_language session_not_found forbidden_role", w => World.Arguments(w.Session.Id, new { language = "klingon" })),
        new("SendInput",    "- job_not_found forbidden_role ok ok ok job_not_found forbidden_role",                          w => World.Arguments(w.RunningJob, "x")) { NeedsRunningJob = true },
        new("Resize",       "- job_not_found forbidden_role ok ok ok job_not_found forbidden_role",                          w => World.Arguments(w.RunningJob, 80, 24)) { NeedsRunningJob = true },
        new("Kill",         "- job_not_found forbidden_role ok ok ok job_not_found forbidden_role",                          w => World.Arguments(w.RunningJob)) { NeedsRunningJob = true },
    ];

    /// <param name="name">Verb and path, or the name of the method.</param>
    /// <param name="answers">One for each of <see cref="Callers"/>.</param>
    /// <param name="body">The body of the request, or the arguments of the call.</param>
    public sealed class Row(string name, string answers, Func<World, object?>? body = null)
    {
        public string Name { get; } = name;

        public string Verb => Name.Split(' ')[0];

        public string Path => Name.Split(' ')[1];

        public string[] Answers { get; } = answers.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        public Func<World, object?> Body { get; } = body ?? (_ => null);

        public string Query { get; init; } = "";

        /// <summary>The job of the row runs, with a terminal; otherwise it has ended.</summary>
        public bool NeedsRunningJob { get; init; }

        /// <summary>Called with a login that is used for nothing else.</summary>
        public bool EndsLogin { get; init; }

        /// <summary>The caller tries to join the session over the hub first.</summary>
        public bool Joins { get; init; }

        /// <summary>It concerns one session, which may not exist for the caller.</summary>
        public bool IsOfSession => Path.Contains("{id}", StringComparison.Ordinal) || Path.Contains("{sessionId}", StringComparison.Ordinal);

        public override string ToString() => Name;
    }
}

using System.Net.Http.Json;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CodeCrafter.Server.Tests.Sessions;

/// <summary>Who may do what, for each route of sessions. A new route fails here until it is given its row.</summary>
public sealed class SessionRoleMatrixTests
{
    private static readonly string[] _callers = ["anonymous", "stranger", "viewer", "editor", "admin", "owner"];

    // For a private session; the columns are the callers above.
    private static readonly Dictionary<string, (object? Body, int[] Statuses)> _private = new()
    {
        ["GET /api/sessions/{id}"] = (null, [401, 404, 200, 200, 200, 200]),
        ["PUT /api/sessions/{id}"] = (new { title = "x" }, [401, 404, 403, 403, 200, 200]),
        ["DELETE /api/sessions/{id}"] = (null, [401, 404, 403, 403, 403, 204]),
        ["POST /api/sessions/{id}/join"] = (null, [401, 404, 200, 200, 200, 200]),
        ["POST /api/sessions/{id}/leave"] = (null, [401, 404, 204, 204, 204, 409]),
        ["POST /api/sessions/{id}/invite"] = (null, [401, 404, 403, 403, 200, 200]),
        ["PUT /api/sessions/{id}/participants/{userId}"] = (new { role = "viewer" }, [401, 404, 403, 403, 200, 200]),
        ["DELETE /api/sessions/{id}/participants/{userId}"] = (null, [401, 404, 403, 403, 204, 204]),
    };

    // A public session is open to strangers for reading and joining, and for nothing else.
    private static readonly Dictionary<string, int> _publicForStrangers = new()
    {
        ["GET /api/sessions/{id}"] = 200,
        ["PUT /api/sessions/{id}"] = 403,
        ["DELETE /api/sessions/{id}"] = 403,
        ["POST /api/sessions/{id}/join"] = 200,
        ["POST /api/sessions/{id}/leave"] = 404,
        ["POST /api/sessions/{id}/invite"] = 403,
        ["PUT /api/sessions/{id}/participants/{userId}"] = 403,
        ["DELETE /api/sessions/{id}/participants/{userId}"] = 403,
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_route_of_a_session_has_its_row()
    {
        await using var server = await TestServer.StartAsync();
        var routes = server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api/sessions/{id", StringComparison.Ordinal))
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
                .Select(method => $"{method} {endpoint.RoutePattern.RawText!.Replace(":guid", "", StringComparison.Ordinal)}"))
            .Order();
        Assert.Equal(_private.Keys.Order(), routes);
        Assert.Equal(_private.Keys.Order(), _publicForStrangers.Keys.Order());
    }

    [Fact]
    public async Task Each_role_may_do_what_its_column_says()
    {
        await using var server = await TestServer.StartAsync();
        var users = await UsersAsync(server);
        foreach (var (route, (body, statuses)) in _private)
        {
            for (var i = 0; i < _callers.Length; i++)
            {
                var session = await SessionAsync(users, isPublic: false);
                await MustAnswerAsync(server, users.GetValueOrDefault(_callers[i]), route, session, users["victim"], body, statuses[i]);
            }
        }
    }

    [Fact]
    public async Task A_stranger_may_only_read_and_join_what_is_public()
    {
        await using var server = await TestServer.StartAsync();
        var users = await UsersAsync(server);
        foreach (var (route, status) in _publicForStrangers)
        {
            var session = await SessionAsync(users, isPublic: true);
            await MustAnswerAsync(server, users["stranger"], route, session, users["victim"], _private[route].Body, status);
        }
    }

    [Fact]
    public async Task A_private_session_is_the_same_404_as_none()
    {
        await using var server = await TestServer.StartAsync();
        var users = await UsersAsync(server);
        var session = await SessionAsync(users, isPublic: false);
        foreach (var (route, (body, _)) in _private)
        {
            var hidden = await AnswerAsync(server, users["stranger"], route, session.Id, users["victim"], body);
            var missing = await AnswerAsync(server, users["stranger"], route, Guid.NewGuid(), users["victim"], body);
            Assert.Equal(hidden, missing);
        }
    }

    private static async Task<Dictionary<string, TestUser>> UsersAsync(TestServer server)
    {
        var users = new Dictionary<string, TestUser>();
        foreach (var name in _callers.Skip(1).Append("victim"))
        {
            users[name] = await server.RegisterAsync(name);
        }

        return users;
    }

    private static async Task<SessionDto> SessionAsync(Dictionary<string, TestUser> users, bool isPublic)
    {
        var session = await users["owner"].CreateSessionAsync(new { title = "x", isPublic });
        foreach (var role in new[] { "viewer", "editor", "admin" })
        {
            await users["owner"].PutParticipantAsync(session.Id, users[role], role);
        }

        await users["owner"].PutParticipantAsync(session.Id, users["victim"], "viewer");
        return session;
    }

    private static async Task MustAnswerAsync(
        TestServer server, TestUser? caller, string route, SessionDto session, TestUser victim, object? body, int status)
    {
        using var response = await SendAsync(server, caller, route, session.Id, victim, body);
        Assert.True(status == (int)response.StatusCode, $"{caller?.Username ?? "anonymous"}: {route} is {(int)response.StatusCode}, not {status}");
        if (status >= 400)
        {
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        }
    }

    private static async Task<string> AnswerAsync(TestServer server, TestUser caller, string route, Guid id, TestUser victim, object? body)
    {
        using var response = await SendAsync(server, caller, route, id, victim, body);
        var problem = await response.ReadAsync<ProblemDto>(404);
        return $"{problem.Type} {problem.Title} {problem.Code} {problem.Detail}";
    }

    private static async Task<HttpResponseMessage> SendAsync(TestServer server, TestUser? caller, string route, Guid id, TestUser victim, object? body)
    {
        var parts = route.Split(' ');
        var path = parts[1].Replace("{id}", id.ToString(), StringComparison.Ordinal).Replace("{userId}", victim.Id.ToString(), StringComparison.Ordinal);
        using var request = new HttpRequestMessage(new HttpMethod(parts[0]), path) { Content = body is null ? null : JsonContent.Create(body) };
        return await (caller?.Http ?? server.Http).SendAsync(request, Stop);
    }
}

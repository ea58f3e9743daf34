using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Reflection;
using System.Text.RegularExpressions;
using CodeCrafter.Server.Collaboration.Hubs;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace CodeCrafter.Server.Tests.Access;

/// <summary>Asks every row of <see cref="AccessMatrix"/> in the name of every caller, and sees to it that no route has none.</summary>
[AccessCase(15)]
public sealed partial class AccessMatrixTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_route_has_its_row()
    {
        await using var server = await TestServer.StartAsync();
        MustBeTheSame(
            AccessMatrix.Routes,
            server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().SelectMany(Names));
    }

    [Fact]
    public void Every_method_of_the_hub_has_its_row() => MustBeTheSame(
        AccessMatrix.HubMethods,
        typeof(SessionHub).GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
            .Where(method => method.GetBaseDefinition() == method).Select(method => method.Name));

    [Fact]
    public void Every_row_has_an_answer_for_every_caller() => Assert.All(
        AccessMatrix.Routes.Concat(AccessMatrix.HubMethods),
        row => Assert.True(row.Answers.Length == AccessMatrix.Callers.Length, row.Name));

    [Fact]
    public async Task Every_route_answers_every_caller_as_its_row_says()
    {
        await using var world = await World.StartAsync();
        await ForEachAsync(world, AccessMatrix.Routes, async (row, caller, _) =>
        {
            var user = row.EndsLogin && world.Caller(caller) is { } account
                ? await world.Server.LoginAsync(account.Username)
                : world.Caller(caller);
            var (status, mediaType) = await AskAsync(world, row, user, world.Session.Id);
            if (status >= 400 && row.Path.StartsWith("/api/", StringComparison.Ordinal))
            {
                Assert.Equal("application/problem+json", mediaType);
            }

            return status.ToString(System.Globalization.CultureInfo.InvariantCulture);
        });
    }

    [Fact]
    public async Task A_job_that_is_over_is_stopped_by_nobody_who_could_not_have_stopped_it()
    {
        await using var world = await World.StartAsync();
        var stop = AccessMatrix.Routes.Single(row => row.Name == "DELETE /api/execute/{jobId}");
        await ForEachAsync(world, [new AccessMatrix.Row(stop.Name, string.Join(' ', stop.Answers))], async (row, caller, _) =>
            (await AskAsync(world, row, world.Caller(caller), world.Session.Id)).Status.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Every_method_of_the_hub_answers_every_caller_as_its_row_says()
    {
        await using var world = await World.StartAsync();
        var hubs = new Dictionary<string, TestHub>();
        foreach (var caller in AccessMatrix.Callers.Skip(1))
        {
            hubs[caller] = await world.Caller(caller)!.ConnectHubAsync();
        }

        await ForEachAsync(world, AccessMatrix.HubMethods, async (row, caller, _) =>
        {
            if (caller == "anonymous")
            {
                // Whoever is not logged in has no connection to call anything on: see the route.
                return "-";
            }

            if (row.Joins)
            {
                await CallAsync(hubs[caller], "JoinSession", World.Arguments(world.Session.Id));
            }

            return await CallAsync(hubs[caller], row.Name, (object?[])row.Body(world)!);
        });
        foreach (var hub in hubs.Values)
        {
            await hub.DisposeAsync();
        }
    }

    [Fact]
    [AccessCase(17)]
    public async Task A_private_session_is_the_same_404_as_none()
    {
        await using var world = await World.StartAsync();
        await world.RenewAsync(isPublic: false);
        foreach (var row in AccessMatrix.Routes.Where(row => row.IsOfSession && row.Verb != "SOCKET"))
        {
            Assert.Equal(await ProblemAsync(world, row, Guid.NewGuid()), await ProblemAsync(world, row, world.Session.Id));
        }
    }

    [Fact]
    [AccessCase(16)]
    public async Task What_belongs_to_another_session_is_not_found_even_by_the_owner_of_both()
    {
        await using var world = await World.StartAsync();
        await world.RenewAsync(isPublic: false);
        var other = world.Session.Id;
        await world.RenewAsync(isPublic: false);
        var rows = AccessMatrix.Routes.Where(row => row.IsOfSession && Parameter().Count(row.Path) > 1 && !row.Path.Contains("{userId}", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(rows);
        foreach (var row in rows)
        {
            var (status, _) = await AskAsync(world, row, world.Caller("owner"), other);
            Assert.True(status == 404, $"{row} is {status}");
        }
    }

    private static void MustBeTheSame(IEnumerable<AccessMatrix.Row> rows, IEnumerable<string> found)
    {
        var (placed, there) = (rows.Select(row => row.Name).ToArray(), found.ToArray());
        Assert.Equal(placed.Distinct(), placed);
        Assert.True(!there.Except(placed).Any(), $"Without a row in {nameof(AccessMatrix)}: {string.Join(", ", there.Except(placed))}");
        Assert.True(!placed.Except(there).Any(), $"Not there any more: {string.Join(", ", placed.Except(there))}");
    }

    // Each caller has a session of their column's kind, a new one once a request may have changed the last.
    private static async Task ForEachAsync(
        World world, IEnumerable<AccessMatrix.Row> rows, Func<AccessMatrix.Row, string, int, Task<string>> ask)
    {
        var wrong = new List<string>();
        bool? isPublic = null;
        for (var column = 0; column < AccessMatrix.Callers.Length; column++)
        {
            var caller = AccessMatrix.Callers[column];
            foreach (var row in rows)
            {
                if (isPublic != (caller == "reader"))
                {
                    await world.StopJobAsync();
                    isPublic = caller == "reader";
                    await world.RenewAsync(isPublic.Value);
                }

                if (row.NeedsRunningJob)
                {
                    await world.StartJobAsync();
                }

                var answer = await ask(row, caller, column);
                if (answer != row.Answers[column])
                {
                    wrong.Add($"{caller}: {row} is {answer}, not {row.Answers[column]}");
                }

                if (row.Verb is not "GET" and not "ANY" && (answer.StartsWith('2') || answer == "ok"))
                {
                    isPublic = null;
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static async Task<(int Status, string? MediaType)> AskAsync(World world, AccessMatrix.Row row, TestUser? caller, Guid sessionId)
    {
        if (row.Verb == "SOCKET")
        {
            return (await OpenSocketAsync(world, PathOf(world, row, sessionId), caller), null);
        }

        using var request = RequestOf(world, row, sessionId);
        using var response = await (caller?.Http ?? world.Server.Http).SendAsync(request, Stop);
        return ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType);
    }

    private static async Task<string> ProblemAsync(World world, AccessMatrix.Row row, Guid sessionId)
    {
        using var request = RequestOf(world, row, sessionId);
        using var response = await world.Caller("stranger")!.Http.SendAsync(request, Stop);
        var problem = await response.ReadAsync<ProblemDto>(404);
        var headers = response.Headers.Concat(response.Content.Headers).Select(header => header.Key).Order(StringComparer.Ordinal);
        return $"{row}: {problem.Type} {problem.Title} {problem.Code} {problem.Detail} {string.Join(' ', headers)}";
    }

    private static HttpRequestMessage RequestOf(World world, AccessMatrix.Row row, Guid sessionId) => new(
        row.Verb == "ANY" ? HttpMethod.Get : new HttpMethod(row.Verb), PathOf(world, row, sessionId))
    {
        Content = row.Body(world) is { } body ? JsonContent.Create(body) : null,
    };

    private static string PathOf(World world, AccessMatrix.Row row, Guid sessionId) => row.Query.Length == 0
        ? Fill(world, row, sessionId)
        : Fill(world, row, sessionId) + row.Query;

    private static string Fill(World world, AccessMatrix.Row row, Guid sessionId) => Parameter().Replace(
        row.Path, match => world.Parameter(match.Groups[1].Value, row).Replace(world.Session.Id.ToString(), sessionId.ToString(), StringComparison.Ordinal));

    private static async Task<int> OpenSocketAsync(World world, string path, TestUser? caller)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        if (caller is not null)
        {
            socket.Options.SetRequestHeader("Authorization", $"Bearer {caller.AccessToken}");
        }

        try
        {
            await socket.ConnectAsync(new Uri($"ws://{world.Server.Url.Authority}{path}"), Stop);
        }
        catch (WebSocketException) when (socket.HttpStatusCode != HttpStatusCode.SwitchingProtocols)
        {
            // The status says why.
        }

        return (int)socket.HttpStatusCode;
    }

    private static async Task<string> CallAsync(TestHub hub, string method, object?[] arguments)
    {
        try
        {
            await hub.InvokeAsync(method, arguments);
            return "ok";
        }
        catch (HubException exception)
        {
            return Code().Match(exception.Message).Groups[1].Value;
        }
    }

    private static IEnumerable<string> Names(RouteEndpoint endpoint)
    {
        // Without what the values of its parameters must look like.
        var path = Constraint().Replace(endpoint.RoutePattern.RawText!, "{$1}");
        path = path.StartsWith('/') ? path : $"/{path}";
        return path.StartsWith("/collab/", StringComparison.Ordinal) ? [$"SOCKET {path}"]
            : endpoint.Metadata.GetMetadata<Microsoft.AspNetCore.Http.Connections.NegotiateMetadata>() is not null ? [$"POST {path}"]
            : endpoint.Metadata.GetMetadata<HttpMethodMetadata>() is { HttpMethods: { Count: > 0 } methods } ? methods.Select(method => $"{method} {path}")
            : [$"ANY {path}"];
    }

    [GeneratedRegex(@"\{(\w+)[?:=][^}]*\}")]
    private static partial Regex Constraint();

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Parameter();

    // "An unexpected error occurred … HubException: code: words"
    [GeneratedRegex(@"([a-z_]+): [^:]*$")]
    private static partial Regex Code();
}

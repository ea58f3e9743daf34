using CodeCrafter.Server.Tests.Fixture;
using Microsoft.AspNetCore.SignalR;

namespace CodeCrafter.Server.Tests.Execution;

/// <summary>Runs in a terminal, over the hub.</summary>
public sealed class TerminalTests
{
    [Fact]
    public async Task A_run_can_have_a_terminal_that_is_resized_and_typed_into()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync("main.py", """
            import os, signal, sys
            print(sys.stdin.isatty(), sys.stdout.isatty(), sys.stderr.isatty(), os.get_terminal_size())
            signal.signal(signal.SIGWINCH, lambda *_: None)
            print('ready', flush=True)
            while os.get_terminal_size().columns == 80: signal.sigtimedwait([signal.SIGWINCH], 0.1)
            print(os.get_terminal_size(), file=sys.stderr)
            print('got', input())
            """);
        await using var hub = await alice.ConnectHubAsync();
        await hub.JoinAsync(session.Id);

        var jobId = await hub.InvokeAsync<Guid>("Run", session.Id, new { terminal = new { columns = 80, rows = 24 } });

        var terminal = (await hub.NextAsync("ExecutionStarted")).GetProperty("terminal");
        Assert.Equal((80, 24), (terminal.GetProperty("columns").GetInt32(), terminal.GetProperty("rows").GetInt32()));
        await PrintedAsync(hub, "ready");
        await hub.InvokeAsync("Resize", jobId, 100, 30);
        await PrintedAsync(hub, "columns=100, lines=30");
        await using var late = await alice.ConnectHubAsync();
        var running = Assert.Single((await late.JoinAsync(session.Id)).GetProperty("executions").EnumerateArray());
        Assert.Equal(100, running.GetProperty("terminal").GetProperty("columns").GetInt32());
        await hub.InvokeAsync("SendInput", jobId, "it\r");

        var finished = await hub.NextAsync("ExecutionFinished");
        Assert.Equal(100, finished.GetProperty("terminal").GetProperty("columns").GetInt32());
        var result = finished.GetProperty("run");
        Assert.Equal(
            "True True True os.terminal_size(columns=80, lines=24)\r\nready\r\nos.terminal_size(columns=100, lines=30)\r\nit\r\ngot it\r\n",
            result.GetProperty("stdout").GetString());
        Assert.Equal("", result.GetProperty("stderr").GetString());
    }

    [Fact]
    public async Task Who_types_has_the_longest_wall_time()
    {
        await using var server = await TestServer.StartAsync(options => options.Settings["CodeCrafter:Execution:Default:WallTimeMs"] = "500");
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync("main.py", "import time; time.sleep(1); print('awake')");
        await using var hub = await alice.ConnectHubAsync();
        await hub.JoinAsync(session.Id);

        await hub.InvokeAsync<Guid>("Run", session.Id, new { terminal = new { columns = 80, rows = 24 } });
        Assert.Equal("awake\r\n", (await hub.NextAsync("ExecutionFinished")).GetProperty("run").GetProperty("stdout").GetString());

        await hub.InvokeAsync<Guid>("Run", session.Id, new { });
        Assert.Equal("wallTime", (await hub.NextAsync("ExecutionFinished")).GetProperty("run").GetProperty("limitExceeded").GetString());
    }

    [Fact]
    public async Task The_others_hear_of_a_new_size()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync("main.py", "input()");
        await using var hub = await alice.ConnectHubAsync();
        await using var other = await alice.ConnectHubAsync();
        await hub.JoinAsync(session.Id);
        await other.JoinAsync(session.Id);
        var jobId = await hub.InvokeAsync<Guid>("Run", session.Id, new { terminal = new { columns = 80, rows = 24 } });

        await hub.InvokeAsync("Resize", jobId, 100, 30);

        var resized = await other.NextAsync("ExecutionResized");
        Assert.Equal(jobId, resized.GetProperty("jobId").GetGuid());
        Assert.Equal((100, 30), (resized.GetProperty("columns").GetInt32(), resized.GetProperty("rows").GetInt32()));
        await hub.InvokeAsync("SendInput", jobId, "\r");
        await hub.NextAsync("ExecutionFinished");
        Assert.DoesNotContain(hub.Seen, seen => seen.Name == "ExecutionResized");
    }

    [Fact]
    public async Task Ctrl_C_reaches_the_program()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync("main.py", "print('on', flush=True)\nwhile True: pass");
        await using var hub = await alice.ConnectHubAsync();
        await hub.JoinAsync(session.Id);
        var jobId = await hub.InvokeAsync<Guid>("Run", session.Id, new { terminal = new { columns = 80, rows = 24 } });
        await PrintedAsync(hub, "on");

        await hub.InvokeAsync("SendInput", jobId, "\u0003");

        var finished = await hub.NextAsync("ExecutionFinished");
        Assert.Contains("KeyboardInterrupt", finished.GetProperty("run").GetProperty("stdout").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_terminal_has_a_size_and_only_runs_with_one_are_resized()
    {
        await using var server = await TestServer.StartAsync();
        var (alice, victor) = (await server.RegisterAsync("alice"), await server.RegisterAsync("victor"));
        var session = await alice.CreateFileSessionAsync("main.py", "input()");
        await alice.PutParticipantAsync(session.Id, victor, "viewer");
        await using var hub = await alice.ConnectHubAsync();
        await using var viewer = await victor.ConnectHubAsync();
        foreach (var (columns, rows) in ((int, int)[])[(0, 24), (80, 0), (1001, 24), (80, 1001), (-1, -1)])
        {
            await RefusedAsync("invalid_terminal", () => hub.InvokeAsync<Guid>("Run", session.Id, new { terminal = new { columns, rows } }));
        }

        var plain = await hub.InvokeAsync<Guid>("Run", session.Id, new { interactive = true });
        var job = await hub.InvokeAsync<Guid>("Run", session.Id, new { terminal = new { columns = 1, rows = 1 } });

        await RefusedAsync("no_terminal", () => hub.InvokeAsync("Resize", plain, 80, 24));
        await RefusedAsync("invalid_terminal", () => hub.InvokeAsync("Resize", job, 80, 0));
        await RefusedAsync("forbidden_role", () => viewer.InvokeAsync("Resize", job, 80, 24));
        await RefusedAsync("job_not_found", () => hub.InvokeAsync("Resize", Guid.NewGuid(), 80, 24));
        await hub.InvokeAsync("Kill", plain);
        await hub.InvokeAsync("Kill", job);
    }

    // What the program prints comes in pieces.
    private static async Task PrintedAsync(TestHub hub, string text)
    {
        var printed = "";
        while (!printed.Contains(text, StringComparison.Ordinal))
        {
            printed += (await hub.NextAsync("ExecutionOutput")).GetProperty("data").GetString();
        }
    }

    private static async Task RefusedAsync(string code, Func<Task> call)
    {
        var exception = await Assert.ThrowsAsync<HubException>(call);
        Assert.Contains($" {code}: ", exception.Message, StringComparison.Ordinal);
    }
}

using System.Text.Json;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.AspNetCore.SignalR;

namespace CodeCrafter.Server.Tests.Execution;

/// <summary>Test cases: compiled once, a verdict each, and nothing of hidden ones for those who only watch.</summary>
public sealed class TestCaseTests
{
    private const string Secret = "s3cret";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_case_has_a_verdict_and_the_first_that_is_not_Accepted_is_that_of_all()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");

        using var response = await alice.ExecuteAsync(new
        {
            language = "c",
            code = """
                #include <stdio.h>
                #include <stdlib.h>
                int main(void) { int n; if (scanf("%d", &n) != 1) abort(); printf("%d\n", n * n); return n > 100; }
                """,
            testCases = new object[]
            {
                new { name = "small", stdin = "3", expectedOutput = "9" },
                new { stdin = "4", expectedOutput = "17" },
                new { stdin = "200", expectedOutput = "40000" },
                new { expectedOutput = "" },
                new { stdin = "5", expectedOutput = "25\n", compare = "exact" },
                new { stdin = "5", expectedOutput = "24.9999999", compare = "float", tolerance = 0.001 },
                new { stdin = "5", expectedOutput = @"\d{2}", compare = "regex" },
                new { stdin = "5", expectedOutput = " 25 ", compare = "tokens" },
            },
        });
        var result = await response.ReadAsync<ResultDto>();

        Assert.Equal((4, "Wrong Answer"), (result.Status.Id, result.Status.Description));
        Assert.Equal([3, 4, 11, 10, 3, 3, 3, 3], result.TestCases!.Select(testCase => testCase.Status!.Id));
        Assert.Equal(Enumerable.Range(0, 8), result.TestCases!.Select(testCase => testCase.Index));
        Assert.Equal(0, result.Compile!.ExitCode);
        Assert.Null(result.Run);
        var first = result.TestCases![0];
        Assert.Equal(("small", "3", "9", "trimmed", "9\n"), (first.Name, first.Stdin, first.ExpectedOutput, first.Compare, first.Run!.Stdout));
        Assert.Equal("SIGABRT", result.TestCases[3].Run!.Signal);
        using var status = await alice.Http.GetAsync($"/api/execute/status/{result.JobId}", Stop);
        var stored = await status.ReadAsync<ResultDto>();
        Assert.Equal("main.c", Assert.Single(stored.Files!).Path);
        Assert.Equivalent(result with { Files = stored.Files }, stored, strict: true);
    }

    [Fact]
    public async Task A_case_without_input_reads_that_of_the_request_and_all_cases_accepted_are_Accepted()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");

        using var response = await alice.ExecuteAsync(new
        {
            language = "python",
            code = "print(input())",
            stdin = "all",
            testCases = new object[] { new { expectedOutput = "all" }, new { stdin = "own", expectedOutput = "own" } },
        });

        Assert.Equal(3, (await response.ReadAsync<ResultDto>()).Status.Id);
    }

    [Fact]
    public async Task Cases_after_the_first_failure_do_not_run_where_that_was_asked_for()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");

        using var response = await alice.ExecuteAsync(new
        {
            language = "python",
            code = "print(input())",
            stopAtFirstFailure = true,
            testCases = new object[]
            {
                new { stdin = "1", expectedOutput = "1" }, new { stdin = "2", expectedOutput = "x" }, new { stdin = "3", expectedOutput = "3" },
            },
        });
        var result = await response.ReadAsync<ResultDto>();

        Assert.Equal(4, result.Status.Id);
        Assert.Equal([3, 4, null], result.TestCases!.Select(testCase => testCase.Status?.Id));
        Assert.Null(result.TestCases![2].Run);
    }

    [Fact]
    public async Task No_case_runs_where_the_compiler_refuses()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");

        using var response = await alice.ExecuteAsync(new { language = "c", code = "int main(", testCases = new[] { new { expectedOutput = "" } } });
        var result = await response.ReadAsync<ResultDto>();

        Assert.Equal(6, result.Status.Id);
        Assert.NotEqual(0, result.Compile!.ExitCode);
        var testCase = Assert.Single(result.TestCases!);
        Assert.True(testCase is { Status: null, Run: null });
    }

    [Fact]
    public async Task A_case_does_not_see_what_another_left_behind()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var testCase = new { expectedOutput = "False" };

        using var response = await alice.ExecuteAsync(new
        {
            language = "python",
            code = "import os\nprint(os.path.exists('left') or os.path.exists('/tmp/left'))\nopen('left', 'w')\nopen('/tmp/left', 'w')",
            testCases = new[] { testCase, testCase, testCase },
        });

        Assert.Equal(3, (await response.ReadAsync<ResultDto>()).Status.Id);
    }

    [Fact]
    public async Task Stopping_in_the_middle_is_one_final_state_and_the_rest_does_not_run()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync("main.py", "n = input()\nprint(n, flush=True)\nwhile n == '2': pass");
        await using var hub = await alice.ConnectHubAsync();
        await hub.JoinAsync(session.Id);
        var jobId = await hub.InvokeAsync<Guid>("Run", session.Id, new
        {
            testCases = new[] { new { stdin = "1", expectedOutput = "1" }, new { stdin = "2", expectedOutput = "2" }, new { stdin = "3", expectedOutput = "3" } },
        });
        while ((await hub.NextAsync("ExecutionOutput")).GetProperty("testCase").GetInt32() != 1)
        {
        }

        await hub.InvokeAsync("Kill", jobId);

        var finished = await hub.NextAsync("ExecutionFinished");
        Assert.Equal(17, finished.GetProperty("status").GetProperty("id").GetInt32());
        var statuses = finished.GetProperty("testCases").EnumerateArray().Select(testCase =>
            testCase.GetProperty("status") is { ValueKind: JsonValueKind.Object } status ? status.GetProperty("id").GetInt32() : (int?)null);
        Assert.Equal([3, 17, null], statuses);
        using var next = await alice.ExecuteAsync(new { sessionId = session.Id, stdin = "1" });
        await next.MustBeAsync(200);
        Assert.Equal("1\n", (await hub.NextAsync("ExecutionFinished")).GetProperty("run").GetProperty("stdout").GetString());
        Assert.Equal(2, hub.Seen.Count(seen => seen.Name == "ExecutionFinished"));
    }

    [Fact]
    public async Task The_time_of_all_cases_is_bounded()
    {
        await using var server = await TestServer.StartAsync(options => options.Settings["CodeCrafter:Execution:TestCasesWallTimeMs"] = "500");
        var alice = await server.RegisterAsync("alice");
        var testCase = new { expectedOutput = "" };

        using var response = await alice.ExecuteAsync(new { language = "python", code = "import time\ntime.sleep(60)", testCases = new[] { testCase, testCase } });
        var result = await response.ReadAsync<ResultDto>();

        Assert.Equal((5, 5, "wallTime"), (result.Status.Id, result.TestCases![0].Status!.Id, result.TestCases[0].Run!.LimitExceeded));
        Assert.True(result.TestCases[1] is { Status: null, Run: null });
    }

    [Fact]
    public async Task All_of_a_long_output_is_compared_and_its_beginning_kept()
    {
        await using var server = await TestServer.StartAsync(options => options.Settings["CodeCrafter:Execution:TestCaseOutputChars"] = "11");
        var alice = await server.RegisterAsync("alice");
        // The eleventh code unit is the first half of a character.
        var output = "0123456789\U0001F600" + new string('x', 100);

        using var response = await alice.ExecuteAsync(new
        {
            language = "python",
            code = "print(input())",
            testCases = new[] { new { stdin = output, expectedOutput = output }, new { stdin = output, expectedOutput = output[..^1] } },
        });
        var result = await response.ReadAsync<ResultDto>();

        Assert.Equal([3, 4], result.TestCases!.Select(testCase => testCase.Status!.Id));
        Assert.Equal(("0123456789", true), (result.TestCases![0].Run!.Stdout, result.TestCases[0].Run!.StdoutTruncated));
    }

    [Fact]
    public async Task Hidden_cases_are_shown_to_who_runs_them_and_to_admins_and_to_nobody_else()
    {
        await using var server = await TestServer.StartAsync();
        var olga = await server.RegisterAsync("olga");
        var (ada, eve, ron) = (await server.RegisterAsync("ada"), await server.RegisterAsync("eve"), await server.RegisterAsync("ron"));
        var session = await olga.CreateFileSessionAsync("main.py", "import sys\ns = input()\nprint(s)\nprint(s, file=sys.stderr)\nsys.exit(7)");
        await olga.PutParticipantAsync(session.Id, ada, "admin");
        await olga.PutParticipantAsync(session.Id, eve, "editor");
        await olga.PutParticipantAsync(session.Id, ron, "editor");
        await using var hub = await eve.ConnectHubAsync();
        await using var admin = await ada.ConnectHubAsync();
        await using var runner = await ron.ConnectHubAsync();
        await Task.WhenAll(hub.JoinAsync(session.Id), admin.JoinAsync(session.Id), runner.JoinAsync(session.Id));

        var jobId = await runner.InvokeAsync<Guid>("Run", session.Id, new
        {
            testCases = new object[]
            {
                new { name = "seen", stdin = "open", expectedOutput = "open" },
                new { name = "unseen", stdin = Secret, expectedOutput = Secret + "!", hidden = true },
            },
        });

        var finished = await hub.NextAsync("ExecutionFinished");
        var hidden = finished.GetProperty("testCases")[1];
        Assert.Equal((11, "unseen", ""), (
            hidden.GetProperty("status").GetProperty("id").GetInt32(), hidden.GetProperty("name").GetString(), hidden.GetProperty("run").GetProperty("stdout").GetString()));
        Assert.True(hidden.GetProperty("run").GetProperty("wallTimeMs").GetDouble() > 0);
        Assert.Equal(JsonValueKind.Null, hidden.GetProperty("run").GetProperty("exitCode").ValueKind);
        Assert.Equal("open\n", finished.GetProperty("testCases")[0].GetProperty("run").GetProperty("stdout").GetString());
        Assert.Contains(hub.Seen, seen => seen.Name == "ExecutionOutput");
        Assert.DoesNotContain(hub.Seen, seen => seen.Message.GetRawText().Contains(Secret, StringComparison.Ordinal));
        foreach (var trusted in (TestHub[])[admin, runner])
        {
            Assert.Equal(Secret + "\n", (await trusted.NextAsync("ExecutionFinished")).GetProperty("testCases")[1].GetProperty("run").GetProperty("stdout").GetString());
            Assert.DoesNotContain(trusted.Seen, seen => seen.Name == "ExecutionOutput" && seen.Message.GetRawText().Contains(Secret, StringComparison.Ordinal));
        }

        string[] paths = [$"/api/execute/status/{jobId}", $"/api/execute/history/{session.Id}"];
        foreach (var path in paths)
        {
            Assert.DoesNotContain(Secret, await eve.Http.GetStringAsync(path, Stop), StringComparison.Ordinal);
            foreach (var trusted in (TestUser[])[olga, ada, ron])
            {
                Assert.Contains(Secret, await trusted.Http.GetStringAsync(path, Stop), StringComparison.Ordinal);
            }
        }

        await using var late = await eve.ConnectHubAsync();
        Assert.DoesNotContain(Secret, (await late.JoinAsync(session.Id)).GetRawText(), StringComparison.Ordinal);
        await using var lateAdmin = await ada.ConnectHubAsync();
        Assert.Contains(Secret, (await lateAdmin.JoinAsync(session.Id)).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cases_have_a_cap_on_their_bytes_and_are_neither_interactive_nor_in_a_terminal()
    {
        await using var server = await TestServer.StartAsync(options => options.Settings["CodeCrafter:Execution:MaxTestCaseBytes"] = "10");
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateSessionAsync();
        var cases = new[] { new { stdin = "12345", expectedOutput = "12345" } };

        using var fits = await alice.ExecuteAsync(new { language = "python", code = "print(input())", testCases = cases });
        await fits.MustBeAsync(200);
        using var tooLarge = await alice.ExecuteAsync(new { language = "python", code = "1", testCases = new[] { new { stdin = "12345", expectedOutput = "12345!" } } });
        await tooLarge.MustBeProblemAsync(413, "test_cases_too_large");
        await using var hub = await alice.ConnectHubAsync();
        foreach (var request in (object[])[
            new { language = "python", code = "1", testCases = cases, interactive = true },
            new { language = "python", code = "1", testCases = cases, terminal = new { columns = 80, rows = 24 } }])
        {
            var refused = await Assert.ThrowsAsync<HubException>(() => hub.InvokeAsync<Guid>("Run", session.Id, request));
            Assert.Contains(" interactive_test_cases: ", refused.Message, StringComparison.Ordinal);
        }
    }
}

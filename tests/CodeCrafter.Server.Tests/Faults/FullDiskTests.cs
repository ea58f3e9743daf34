using System.Net.Http.Json;
using System.Security.Cryptography;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.AspNetCore.SignalR;

namespace CodeCrafter.Server.Tests.Faults;

/// <summary>A server on a small file system of its own, which only it sees.</summary>
public sealed class FullDiskTests
{
    private const string File = "main.py";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("fault", "10")]
    public async Task On_a_full_disk_all_can_be_read_and_what_is_not_saved_is_saved_when_there_is_room()
    {
        using var data = new TemporaryFolder();
        await using var server = new ServerProcess(data.Path, new Dictionary<string, string>
        {
            ["RATE_LIMITS"] = "off",
            ["CodeCrafter__Execution__Parked"] = "0",
        })
        {
            Launcher = """exec unshare --mount sh -c 'mount -t tmpfs -o size=12m none "$DATA_DIR" && exec "$@"' sh "$@" """,
        };
        await server.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync(File, "start ");
        await using var hub = await alice.ConnectHubAsync();
        await hub.JoinAsync(session.Id);
        await using var writer = new DocClient(alice, session.Id);
        await using var reader = new DocClient(alice, session.Id);
        await writer.ConnectAsync();
        await reader.ConnectAsync();

        var filler = $"/proc/{server.Id}/root{data.Path}/filler";
        await FillAsync(filler);
        await TypeUntilRefusedAsync(writer);
        Assert.All(writer.Refusals, reason => Assert.Equal("storage_full", reason));
        Assert.Null(writer.Closed);

        using var ready = await alice.Http.GetAsync("/health/ready", Stop);
        await ready.MustBeAsync(503);
        using var create = await alice.Http.PostAsJsonAsync("/api/sessions/create", new { title = new string('t', 100), language = "python", description = new string('d', 1000) }, Stop);
        await create.MustBeProblemAsync(507, "storage_full");
        var said = await Assert.ThrowsAsync<HubException>(() => hub.InvokeAsync("SendMessage", session.Id, new string('x', 4000)));
        Assert.Contains("storage_full: ", said.Message, StringComparison.Ordinal);
        // It can be read, and what was refused was shown to nobody.
        var shown = (await alice.GetSessionAsync(session.Id)).Content!;
        Assert.StartsWith(shown, writer.Text(File)!, StringComparison.Ordinal);
        Assert.True(shown.Length < writer.Text(File)!.Length);
        Assert.True(writer.Saved < writer.Sent);

        System.IO.File.Delete(filler);
        await writer.UntilSavedAsync();
        await reader.UntilAsync(client => client.Text(File) == writer.Text(File));
        Assert.Equal(writer.Text(File), (await alice.GetSessionAsync(session.Id)).Content);
        await hub.InvokeAsync("SendMessage", session.Id, "There is room again.");
        using var readyAgain = await alice.Http.GetAsync("/health/ready", Stop);
        await readyAgain.MustBeAsync(200);
    }

    // What was written before leaves some room in SQLite's log.
    private static async Task TypeUntilRefusedAsync(DocClient writer)
    {
        for (var i = 0; i < 300 && writer.Refusals.IsEmpty; i++)
        {
            writer.Type(File, Convert.ToBase64String(RandomNumberGenerator.GetBytes(15_000)));
            await Task.Delay(20, Stop);
        }

        Assert.NotEmpty(writer.Refusals);
    }

    private static async Task FillAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        for (var size = 1 << 20; size > 0; size /= 2)
        {
            try
            {
                while (true)
                {
                    await file.WriteAsync(new byte[size], Stop);
                }
            }
            catch (IOException)
            {
                // Full, but for less than this.
            }
        }
    }
}

using CodeCrafter.Bench.Collaboration;
using CodeCrafter.Bench.Commands;

namespace CodeCrafter.Bench.Tests;

/// <summary>The comparison of collaboration runs as it is meant to, at its smallest; no time is asserted.</summary>
public sealed class CollaborationTests : IDisposable
{
    private readonly string _output = Directory.CreateTempSubdirectory("codecrafter-bench-tests-").FullName;

    [Fact]
    public async Task All_servers_deliver_every_keystroke_to_every_other_client()
    {
        var load = new LoadShape("small", Rooms: 2, ClientsPerRoom: 3, Rate: 60);

        var (loads, idle) = await CollaborationCommand.RunAsync(new CollaborationSettings(
            HarnessTests.Server, _output, CollaborationServer.Keys, [load, load with { Acks = true }], Rounds: 1, TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(0.5), Idle: 6, Many: 9));

        Assert.Equal(4, loads.Count);
        Assert.Equal(loads[3].Samples[0].Sent, loads[3].Samples[0].Saves!.Count);
        Assert.All(loads, row =>
        {
            var sample = Assert.Single(row.Samples);
            Assert.True(sample.Sent > 0);
            Assert.Equal(sample.Sent * 2, sample.Deliveries);
            Assert.True(row.P99 >= row.P50 && row.P50 > 0);
        });
        Assert.Equal(["CodeCrafter", "y-websocket 2.1.0", "hocuspocus 3.4.4"], idle.Select(row => row.Server));
        Assert.All(idle, row => Assert.Equal((6, 6, 9), (row.OwnRoom!.Sockets, row.ThreeToARoom!.Sockets, row.Many!.Sockets)));
        Assert.True(File.Exists(Path.Combine(_output, "collaboration.json")));
    }

    [Fact]
    public async Task What_is_revoked_is_noticed_by_all_that_was_open()
    {
        var rows = await RevocationsCommand.RunAsync(HarnessTests.Server, _output, new LoadShape("small", Rooms: 2, ClientsPerRoom: 3, Rate: 60), removals: 2);

        Assert.Equal(5, rows.Count);
        Assert.All(rows, row => Assert.Equal(2, row.Count));
        Assert.True(File.Exists(Path.Combine(_output, "revocations.json")));
    }

    public void Dispose() => Directory.Delete(_output, recursive: true);
}

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
            HarnessTests.Server, _output, CollaborationServer.Keys, [load], Rounds: 1, TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(1), Idle: 6));

        Assert.Equal(3, loads.Count);
        Assert.All(loads, row =>
        {
            var sample = Assert.Single(row.Samples);
            Assert.True(sample.Sent > 0);
            Assert.Equal(sample.Sent * 2, sample.Deliveries);
            Assert.True(row.P99 >= row.P50 && row.P50 > 0);
        });
        Assert.Equal(["CodeCrafter", "y-websocket 2.1.0", "hocuspocus 3.4.4"], idle.Select(row => row.Server));
        Assert.True(File.Exists(Path.Combine(_output, "collaboration.json")));
    }

    public void Dispose() => Directory.Delete(_output, recursive: true);
}

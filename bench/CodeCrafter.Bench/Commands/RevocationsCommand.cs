using System.CommandLine;
using CodeCrafter.Bench.Collaboration;
using CodeCrafter.Bench.Measuring;

namespace CodeCrafter.Bench.Commands;

/// <summary>How soon a role that was changed, and a place that was taken away, reach what a member has open.</summary>
internal static class RevocationsCommand
{
    public static Command Create()
    {
        var server = CommonOptions.Server();
        var output = CommonOptions.Output();
        var removals = CommonOptions.Number("--removals", 50, 1, "members that are removed, one after the other");
        var command = new Command("revocations", "How soon a changed role and a removal reach open connections, while 600 others type.")
        {
            server, output, removals,
        };
        command.SetAction(async (parsed, _) =>
            await RunAsync(parsed.GetRequiredValue(server), parsed.GetValue(output), new LoadShape("rooms", 200, 3, 600), parsed.GetRequiredValue(removals)));
        return command;
    }

    public static async Task<IReadOnlyList<RevocationRow>> RunAsync(string program, string? output, LoadShape load, int removals)
    {
        await using var workbench = await Workbench.CreateAsync();
        await using var server = await CollaborationServer.StartAsync("codecrafter", program, workbench.Scratch);
        await using var revocations = new Revocations(server);
        await revocations.PrepareAsync();
        var clients = await CollaborationLoad.ConnectAsync(await server.CreateRoomsAsync(load.Rooms, load.ClientsPerRoom), load.ClientsPerRoom);
        using var stop = new CancellationTokenSource();
        var typing = CollaborationLoad.TypeAsync(clients, load.Rate, TimeSpan.MaxValue, stop.Token);
        // The first ones compile what the others use.
        const int warmUp = 3;
        for (var number = -warmUp; number < removals; number++)
        {
            if (number == 0)
            {
                revocations.Forget();
            }

            await revocations.RunAsync(warmUp + number);
        }

        await stop.CancelAsync();
        await typing;
        await CollaborationLoad.DisposeAsync(clients);
        var rows = revocations.Rows();
        TextTable.Print(Console.Out, ["ms from the answer until", "of", "p50", "p99", "max"], rows.Select(row => (IReadOnlyList<string>)
            [row.What, $"{row.Count}", TextTable.Number(row.P50), TextTable.Number(row.P99), TextTable.Number(row.Max)]));
        await workbench.SaveAsync("revocations", output, new { load, removals, rows });
        return rows;
    }
}

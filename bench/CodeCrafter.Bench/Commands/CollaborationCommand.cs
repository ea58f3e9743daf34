using System.CommandLine;
using CodeCrafter.Bench.Collaboration;
using CodeCrafter.Bench.Measuring;

namespace CodeCrafter.Bench.Commands;

/// <summary>How to run <see cref="CollaborationCommand"/>.</summary>
/// <param name="Idle">Sockets that are opened to see what an idle one takes; 0 for not at all.</param>
/// <param name="Many">Sockets that are opened, three to a room, to see that so many can be; 0 for not at all.</param>
internal sealed record CollaborationSettings(
    string Server, string? Output, IReadOnlyList<string> Contenders, IReadOnlyList<LoadShape> Loads, int Rounds, TimeSpan WarmUp, TimeSpan Window, int Idle, int Many = 0);

/// <summary>One server under one load: medians over the rounds.</summary>
internal sealed record LoadRow(string Load, string Server, double CpuMicroseconds, double P50, double P99, IReadOnlyList<LoadSample> Samples);

/// <summary>What idle sockets take, with a room of its own each, three to a room, and very many of the latter.</summary>
internal sealed record IdleRow(string Server, IdleSample? OwnRoom, IdleSample? ThreeToARoom, IdleSample? Many);

/// <summary>Documents over WebSockets: the server beside y-websocket and Hocuspocus on Node.js, under one load generator.</summary>
internal static class CollaborationCommand
{
    private static readonly LoadShape[] _loads = [new("rooms", 200, 3, 600), new("crowds", 2, 150, 60), new("saves", 200, 3, 600, Acks: true)];

    public static Command Create()
    {
        var server = CommonOptions.Server();
        var output = CommonOptions.Output();
        var contenders = CommonOptions.Choice("--contenders", CollaborationServer.Keys, CollaborationServer.Keys, "which to measure");
        var loads = CommonOptions.Choice("--loads", [.. _loads.Select(load => load.Name)], [.. _loads.Select(load => load.Name)],
            "rooms: 200 rooms of 3 clients, 600 keystrokes a second; crowds: 2 rooms of 150 clients, 60 a second; saves: as rooms, with clients that ask what is saved, of ours alone");
        var rounds = CommonOptions.Number("--rounds", 5, 1, "rounds that count; one more is run first and dropped");
        var seconds = CommonOptions.Number("--seconds", 5, 1, "how long each round counts");
        var idle = CommonOptions.Number("--idle", 600, 0, "sockets that are opened to see what an idle one takes");
        var many = CommonOptions.Number("--many", 0, 0, "sockets that are opened, three to a room, to see that so many can be, such as 10000");
        var command = new Command("collaboration", "CPU time, latency and memory of the document sockets, beside y-websocket and Hocuspocus.")
        {
            server, output, contenders, loads, rounds, seconds, idle, many,
        };
        command.SetAction(async (parsed, _) =>
        {
            var names = parsed.GetRequiredValue(loads);
            await RunAsync(new CollaborationSettings(
                parsed.GetRequiredValue(server), parsed.GetValue(output), parsed.GetRequiredValue(contenders), [.. _loads.Where(load => names.Contains(load.Name))],
                parsed.GetRequiredValue(rounds), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(parsed.GetRequiredValue(seconds)), parsed.GetRequiredValue(idle),
                parsed.GetRequiredValue(many)));
        });
        return command;
    }

    public static async Task<(IReadOnlyList<LoadRow> Loads, IReadOnlyList<IdleRow> Idle)> RunAsync(CollaborationSettings settings)
    {
        await using var workbench = await Workbench.CreateAsync();
        var idle = new List<IdleRow>();
        foreach (var key in settings.Idle + settings.Many > 0 ? settings.Contenders : [])
        {
            idle.Add(await MeasureIdleAsync(key, settings, workbench.Scratch));
        }

        var servers = new List<CollaborationServer>();
        try
        {
            foreach (var key in settings.Contenders)
            {
                servers.Add(await CollaborationServer.StartAsync(key, settings.Server, Path.Combine(workbench.Scratch, "load")));
            }

            var disturbance = new Disturbance([.. servers.Select(server => server.ProcessId)]);
            var rows = new List<LoadRow>();
            foreach (var load in settings.Loads)
            {
                rows.AddRange(await MeasureAsync(load, servers, settings));
            }

            disturbance.Print(Console.Out);
            Print(rows, idle);
            await workbench.SaveAsync("collaboration", settings.Output, new
            {
                settings.Rounds, windowSeconds = settings.Window.TotalSeconds, settings.Loads, idleSockets = settings.Idle, manySockets = settings.Many, othersShareOfMachine = disturbance.Share(), rows, idle,
            });
            return (rows, idle);
        }
        finally
        {
            foreach (var server in servers)
            {
                await server.DisposeAsync();
            }
        }
    }

    // Each in a process of its own, which has had no more sockets before.
    private static async Task<IdleRow> MeasureIdleAsync(string key, CollaborationSettings settings, string scratch)
    {
        var name = key;
        // Two seconds where a window has five.
        var pause = settings.Window * 0.4;
        async Task<IdleSample?> MeasureAsync(int sockets, int clientsPerRoom)
        {
            if (sockets == 0)
            {
                return null;
            }

            await using var server = await CollaborationServer.StartAsync(key, settings.Server, Path.Combine(scratch, $"idle-{sockets}-{clientsPerRoom}"));
            name = server.Name;
            var warm = await server.CreateRoomsAsync(5, clientsPerRoom);
            await CollaborationLoad.IdleAsync(server, warm, clientsPerRoom, pause, TimeSpan.Zero);
            var rooms = await server.CreateRoomsAsync(sockets / clientsPerRoom, clientsPerRoom);
            return await CollaborationLoad.IdleAsync(server, rooms, clientsPerRoom, pause, settings.Window * 2);
        }

        var (own, three, many) = (await MeasureAsync(settings.Idle, 1), await MeasureAsync(settings.Idle, 3), await MeasureAsync(settings.Many, 3));
        return new IdleRow(name, own, three, many);
    }

    private static async Task<IReadOnlyList<LoadRow>> MeasureAsync(LoadShape load, List<CollaborationServer> all, CollaborationSettings settings)
    {
        var servers = all.Where(server => server.Acknowledges || !load.Acks).ToList();
        var rooms = new Dictionary<CollaborationServer, IReadOnlyList<Room>>();
        var samples = servers.ToDictionary(server => server, _ => new List<LoadSample>());
        foreach (var server in servers)
        {
            rooms[server] = await server.CreateRoomsAsync(load.Rooms, load.ClientsPerRoom, load.Acks);
        }

        for (var round = 0; round <= settings.Rounds; round++)
        {
            for (var turn = 0; turn < servers.Count; turn++)
            {
                var server = servers[(turn + round) % servers.Count];
                var sample = await CollaborationLoad.RunAsync(server, rooms[server], load, settings.WarmUp, settings.Window);
                await server.SettleAsync();
                // In the first round code is still being compiled, for every server.
                if (round > 0)
                {
                    samples[server].Add(sample);
                }
            }
        }

        return
        [
            .. servers.Select(server => new LoadRow(
                load.Name, server.Name, Median(samples[server], sample => sample.CpuMicroseconds), Median(samples[server], sample => sample.P50),
                Median(samples[server], sample => sample.P99), samples[server])),
        ];
    }

    private static double Median(List<LoadSample> samples, Func<LoadSample, double> value) => new Samples(samples.Select(value)).Median;

    private static void Print(IReadOnlyList<LoadRow> rows, IReadOnlyList<IdleRow> idle)
    {
        TextTable.Print(Console.Out, ["load", "server", "CPU us a delivery", "p50 ms", "p99 ms", "bytes a message"], rows.Select(row => (IReadOnlyList<string>)
            [row.Load, row.Server, TextTable.Number(row.CpuMicroseconds), TextTable.Number(row.P50), TextTable.Number(row.P99), $"{row.Samples[0].MessageBytes}"]));
        if (rows.Where(row => row.Samples[0].Saves is not null).ToList() is { Count: > 0 } saving)
        {
            TextTable.Print(Console.Out, ["said to be saved", "p50 ms", "p95 ms", "p99 ms"], saving.Select(row => row.Samples.Select(sample => sample.Saves!).ToList())
                .Select((saves, row) => (IReadOnlyList<string>)[saving[row].Server, .. new[]
                {
                    saves.Select(sample => sample.P50), saves.Select(sample => sample.P95), saves.Select(sample => sample.P99),
                }.Select(values => TextTable.Number(new Samples(values).Median))]));
        }

        var idling = idle.SelectMany(row => new[] { (row.Server, "a room of its own", row.OwnRoom), (row.Server, "three to a room", row.ThreeToARoom), (row.Server, "three to a room", row.Many) })
            .Where(row => row.Item3 is not null).ToList();
        if (idling.Count > 0)
        {
            TextTable.Print(Console.Out, ["idle sockets", "server", "sockets", "KB each", "% of a core", "p99 ms of a keystroke"], idling.Select(row => (IReadOnlyList<string>)
            [
                row.Item2, row.Server, $"{row.Item3!.Sockets}", TextTable.Number(row.Item3.Bytes / 1000), TextTable.Number(row.Item3.CpuShare * 100),
                row.Item3.P99 > 0 ? TextTable.Number(row.Item3.P99) : "–",
            ]));
        }
    }
}

using System.CommandLine;
using CodeCrafter.Bench.Contenders;
using CodeCrafter.Bench.Measuring;

namespace CodeCrafter.Bench.Commands;

/// <summary>How to run <see cref="ExecuteCommand"/>.</summary>
internal sealed record ExecuteSettings(string Server, string? Output, IReadOnlyList<HelloLanguage> Languages, int Rounds, int WarmUp, IReadOnlyList<string> Contenders, string DockerImage);

/// <summary>The times of one contender with one language, in milliseconds, without the first round.</summary>
/// <param name="Ratio">Of the median to that of the bare commands; null where those were not measured.</param>
internal sealed record ExecuteRow(string Language, string Contender, double Median, double Min, double Max, double? Ratio, IReadOnlyList<double> Samples);

/// <summary>
/// One hello world at a time: the whole request to the server beside the bare commands, the same under bubblewrap and in
/// a container each, in turn.
/// </summary>
internal static class ExecuteCommand
{
    public const string Again = "CodeCrafter, again";
    private static readonly string[] AllContenders = ["codecrafter", "bare", "bubblewrap", "docker"];

    public static Command Create()
    {
        var server = CommonOptions.Server();
        var output = CommonOptions.Output();
        var languages = CommonOptions.Languages();
        var rounds = CommonOptions.Number("--rounds", 15, 1, "rounds that count; one more is run first and dropped");
        var warmUp = CommonOptions.Number("--warm-up", 400, 0, "executions of Python before the first round, since a server has been up for longer than a minute");
        var contenders = new Option<string[]>("--contenders")
        {
            Description = "which to measure",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => AllContenders,
        };
        contenders.AcceptOnlyFromAmong(AllContenders);
        var image = new Option<string>("--docker-image")
        {
            Description = "the image for docker run; {language} stands for the language",
            DefaultValueFactory = _ => "codecrafter/{language}",
        };
        var command = new Command("execute", "Hello world in each language: POST /api/execute beside the bare commands, bubblewrap and docker run.")
        {
            server, output, languages, rounds, warmUp, contenders, image,
        };
        command.SetAction(async (parsed, _) =>
        {
            await RunAsync(new ExecuteSettings(
                parsed.GetRequiredValue(server), parsed.GetValue(output), HelloLanguage.Find(parsed.GetRequiredValue(languages)),
                parsed.GetRequiredValue(rounds), parsed.GetRequiredValue(warmUp), parsed.GetRequiredValue(contenders), parsed.GetRequiredValue(image)));
        });
        return command;
    }

    public static async Task<IReadOnlyList<ExecuteRow>> RunAsync(ExecuteSettings settings)
    {
        await using var workbench = await Workbench.CreateAsync();
        var server = await workbench.StartServerAsync(settings.Server);
        using var api = await ApiContender.ConnectAsync(server);
        var commands = await Workbench.DescribeAsync(settings.Languages);
        var contenders = await ContendersAsync(workbench, api, settings);
        var python = HelloLanguage.Find(["python"])[0];
        for (var i = 0; i < settings.WarmUp; i++)
        {
            await api.RunAsync(python.Unique());
        }

        var disturbance = new Disturbance(server.Id, workbench.Shell.Id);
        var samples = new Dictionary<(string Language, string Contender), Samples>();
        for (var round = 0; round <= settings.Rounds; round++)
        {
            foreach (var language in settings.Languages)
            {
                await MeasureAsync(language, contenders, round, samples);
            }
        }

        var rows = Rows(settings.Languages, samples);
        disturbance.Print(Console.Out);
        Print(rows);
        PrintRatios(rows);
        await workbench.SaveAsync("execute", settings.Output, new
        {
            settings.Rounds,
            settings.WarmUp,
            othersShareOfMachine = disturbance.Share(),
            contenders = contenders.Select(contender => new { contender.Name, contender.Description }),
            commands,
            rows,
        });
        return rows;
    }

    private static async Task<IReadOnlyList<IContender>> ContendersAsync(Workbench workbench, ApiContender api, ExecuteSettings settings)
    {
        List<IContender> contenders = [];
        void Add(string key, IContender? contender, string why)
        {
            if (settings.Contenders.Contains(key))
            {
                Console.WriteLine(contender is null ? $"{key}: not measured: {why}" : $"{contender.Name}: {contender.Description}");
                contenders.AddRange(contender is null ? [] : [contender]);
            }
        }

        Add("codecrafter", api, "");
        Add("bare", new BareContender(workbench.Shell, workbench.Scratch), "");
        Add("bubblewrap", await BubblewrapContender.FindAsync(workbench.Shell, workbench.Scratch, workbench.Home), "bwrap is not installed (apt-get install bubblewrap)");
        var (docker, why) = await DockerContender.FindAsync(workbench.Shell, workbench.Scratch, workbench.Home, settings.DockerImage, settings.Languages);
        Add("docker", docker, why ?? "");
        return contenders;
    }

    private static async Task MeasureAsync(HelloLanguage language, IReadOnlyList<IContender> contenders, int round, Dictionary<(string, string), Samples> samples)
    {
        void Note(string contender, double milliseconds)
        {
            // The first round fills caches, for every contender.
            if (round > 0)
            {
                (samples.TryGetValue((language.Language, contender), out var list) ? list : samples[(language.Language, contender)] = new Samples()).Add(milliseconds);
            }
        }

        for (var turn = 0; turn < contenders.Count; turn++)
        {
            // Each round begins with another one, so that none always comes after the same.
            var contender = contenders[(turn + round) % contenders.Count];
            var program = language.Unique();
            Note(contender.Name, await contender.RunAsync(program));
            await contender.SettleAsync();
            if (contender is ApiContender)
            {
                // What has no cache takes as long again.
                Note(Again, await contender.RunAsync(program));
                await contender.SettleAsync();
            }
        }
    }

    private static IReadOnlyList<ExecuteRow> Rows(IReadOnlyList<HelloLanguage> languages, Dictionary<(string Language, string Contender), Samples> samples) =>
    [
        .. from language in languages
           from entry in samples
           where entry.Key.Language == language.Language
           let bare = samples.GetValueOrDefault((language.Language, "bare"))
           orderby languages.ToList().IndexOf(language), Order(entry.Key.Contender)
           select new ExecuteRow(
               language.Language, entry.Key.Contender, entry.Value.Median, entry.Value.Min, entry.Value.Max,
               bare is null ? null : entry.Value.Median / bare.Median, entry.Value.Values),
    ];

    private static int Order(string contender) => Array.IndexOf(["bare", "CodeCrafter", Again, "bubblewrap", "docker run"], contender);

    private static void Print(IReadOnlyList<ExecuteRow> rows) => TextTable.Print(
        Console.Out,
        ["language", "contender", "median ms", "min", "max", "ratio to bare"],
        rows.Select(row => (IReadOnlyList<string>)
        [
            row.Language, row.Contender, TextTable.Number(row.Median), TextTable.Number(row.Min), TextTable.Number(row.Max),
            row.Ratio is { } ratio ? TextTable.Number(ratio) : "",
        ]));

    /// <summary>The same in short: medians of the bare commands, and how many times as long the others take.</summary>
    private static void PrintRatios(IReadOnlyList<ExecuteRow> rows)
    {
        if (rows.All(row => row.Ratio is null))
        {
            return;
        }

        var others = rows.Select(row => row.Contender).Where(contender => contender != "bare").Distinct().ToList();
        Console.WriteLine();
        TextTable.Print(Console.Out, ["language", "bare ms", .. others.Select(contender => contender + " / bare")],
            rows.GroupBy(row => row.Language).Select(group => (IReadOnlyList<string>)
            [
                group.Key,
                TextTable.Number(group.Single(row => row.Contender == "bare").Median),
                .. others.Select(contender => TextTable.Number(group.Single(row => row.Contender == contender).Ratio!.Value)),
            ]));
    }
}

using System.Text.Json;
using CodeCrafter.Bench.Contenders;
using CodeCrafter.Bench.Measuring;

namespace CodeCrafter.Bench.Commands;

/// <summary>A place for one comparison: a scratch directory, a shell, and a server of its own. Nothing of it stays.</summary>
internal sealed class Workbench : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private Workbench(string scratch, MachineFacts machine)
    {
        Scratch = scratch;
        Machine = machine;
        Shell = new Shell(Home);
    }

    public string Scratch { get; }

    public MachineFacts Machine { get; }

    public Shell Shell { get; }

    /// <summary>The home directory of the commands: Go's build cache is in it, and warm after the first round.</summary>
    public string Home => Path.Combine(Scratch, "home");

    public ServerProcess? Server { get; private set; }

    public static async Task<Workbench> CreateAsync()
    {
        var scratch = Directory.CreateTempSubdirectory("codecrafter-bench-").FullName;
        Directory.CreateDirectory(Path.Combine(scratch, "home"));
        var workbench = new Workbench(scratch, await MachineFacts.ReadAsync());
        workbench.Machine.Print(Console.Out);
        return workbench;
    }

    /// <summary>Starts the server and waits until it runs programs, with the compilers' caches filled.</summary>
    public async Task<ServerProcess> StartServerAsync(string program, IReadOnlyDictionary<string, string>? settings = null)
    {
        Server = ServerProcess.Start(program, Path.Combine(Scratch, "data"), settings);
        await Server.WaitForAsync("/health/ready", TimeSpan.FromMilliseconds(50));
        await Server.SettleAfterFirstStartAsync();
        return Server;
    }

    /// <summary>Prints the commands that are typed, and with which versions.</summary>
    public static async Task<IReadOnlyDictionary<string, object>> DescribeAsync(IReadOnlyList<HelloLanguage> languages)
    {
        var described = new Dictionary<string, object>();
        foreach (var language in languages)
        {
            var version = await language.VersionAsync();
            described[language.Language] = new { language.Command, version };
            Console.WriteLine($"{language.Language}: {language.Command}   ({version})");
        }

        return described;
    }

    /// <summary>Writes a result, with the facts of the machine, to a file under artifacts/bench.</summary>
    public async Task<string> SaveAsync(string name, string? folder, object result)
    {
        var directory = folder ?? Repository.Results;
        Directory.CreateDirectory(directory);
        var file = Path.Combine(directory, name + ".json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { takenAt = TimeProvider.System.GetUtcNow(), machine = Machine, result }, Json));
        Console.WriteLine($"All samples: {file}");
        return file;
    }

    public async ValueTask DisposeAsync()
    {
        await Shell.DisposeAsync();
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }

        Directory.Delete(Scratch, recursive: true);
    }
}

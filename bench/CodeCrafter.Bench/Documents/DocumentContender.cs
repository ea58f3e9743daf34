using System.Globalization;
using System.Text.Json;
using CodeCrafter.Bench.Commands;
using CodeCrafter.Bench.Contenders;

namespace CodeCrafter.Bench.Documents;

/// <summary>A library whose documents are measured, in processes of its own.</summary>
/// <param name="Name">With its version.</param>
/// <param name="Command">What is started; files, steps and seconds follow.</param>
internal sealed record DocumentContender(string Key, string Name, IReadOnlyList<string> Command)
{
    public const string Ours = "CodeCrafter";

    /// <summary>The last is the first without code that was compiled ahead: what an application has that is not published so.</summary>
    public static readonly IReadOnlyList<string> Keys = ["codecrafter", "yjs", "ywasm", "codecrafter-jit"];

    private static readonly string _peers = Path.Combine(Repository.Root, "bench", "peers");

    public static DocumentContender Create(string key)
    {
        if (key == "codecrafter")
        {
            return Worker(key, Ours, typeof(DocumentContender).Assembly.Location);
        }

        if (key == "codecrafter-jit")
        {
            // What publishing starts from.
            var program = Path.Combine(Repository.Root, "artifacts", "bin", "CodeCrafter.Bench", "release", "CodeCrafter.Bench.dll");
            return File.Exists(program) ? Worker(key, $"{Ours}, JIT", program)
                : throw new FileNotFoundException("There is no program that was not compiled ahead. bench/run.sh makes it.");
        }

        var manifest = Path.Combine(_peers, "node_modules", key, "package.json");
        if (!File.Exists(manifest))
        {
            throw new FileNotFoundException("The peers are not installed. bench/run.sh installs them, or: npm ci --prefix bench/peers");
        }

        using var json = JsonDocument.Parse(File.ReadAllText(manifest));
        var version = json.RootElement.GetProperty("version").GetString();
        return new DocumentContender(key, $"{key} {version}", ["node", "--expose-gc", Path.Combine(_peers, "documents.mjs"), key]);
    }

    private static DocumentContender Worker(string key, string name, string program) =>
        new(key, name, [ServerProcess.DotnetHost(), program, DocumentsWorkerCommand.Name]);

    /// <summary>Starts a process that does the steps one after another.</summary>
    public async Task<IReadOnlyList<StepResult>> RunAsync(DocumentFiles files, IReadOnlyList<string> steps, double seconds)
    {
        var result = await HostCommand.RunAsync(
            [.. Command, files.Workload, files.Updates, files.State, string.Join(',', steps), seconds.ToString(CultureInfo.InvariantCulture)]);
        return result.ExitCode == 0
            ? JsonSerializer.Deserialize<StepResult[]>(result.Stdout, JsonSerializerOptions.Web)!
            : throw new WrongAnswerException($"{Name} failed with {files.Workload}: {result.Stderr.Trim()}");
    }
}

/// <summary>A workload as the contenders read it.</summary>
internal sealed record DocumentFiles(string Workload, string Updates, string State)
{
    public static async Task<DocumentFiles> WriteAsync(string folder, Workload workload)
    {
        var files = new DocumentFiles(
            Path.Combine(folder, "workload.json"), Path.Combine(folder, "updates.bin"), Path.Combine(folder, "state.bin"));
        var (updates, state) = DocumentWorker.Prepare(workload);
        await workload.WriteAsync(files.Workload);
        DocumentWorker.WriteUpdates(files.Updates, updates);
        await File.WriteAllBytesAsync(files.State, state);
        return files;
    }
}

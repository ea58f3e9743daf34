using System.Globalization;
using CodeCrafter.Sandbox;
using CodeCrafter.Sandbox.Docker;
using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Sandbox.Oci;
using CodeCrafter.Server.Platform;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Execution;

/// <summary>
/// <c>CodeCrafter.Server doctor</c>: looks at this host and tries everything once, without a server. The sandbox has a
/// directory and user ids of its own, so it may be asked while a server runs.
/// </summary>
internal sealed class Doctor(ServerOptions server, ExecutionOptions options, LanguageCatalog languages, DoctorReport report)
{
    public const string Command = "doctor";

    /// <summary>Above the user ids of servers, and another one for each doctor.</summary>
    private static readonly int _firstUid = 1_900_100_000 + (Environment.ProcessId % 10_000 * 64);

    /// <returns>0 where everything that is needed works, else 1.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        var server = ServerOptions.From(builder.Configuration);
        builder.AddSettingsFile(server);
        var report = new DoctorReport(output);
        ExecutionOptions options;
        try
        {
            options = builder.Configuration.ReadSettings<ExecutionOptions>(ExecutionOptions.Section);
        }
        catch (OptionsValidationException exception)
        {
            report.Begin("This machine");
            report.Add(new Finding("settings", false, exception.Message, []));
            return report.End();
        }
        var languages = await LanguageCatalog.LoadAsync(Path.Combine(AppContext.BaseDirectory, "languages"));
        return await new Doctor(server, options, languages, report).ExamineAsync();
    }

    public async Task<int> ExamineAsync()
    {
        report.Begin("This machine");
        report.Add(DataDirectory(server.DataDirectory));
        if (options.Backend == ExecutionBackend.Oci)
        {
            foreach (var finding in await HostInspection.LookAsync(options.Runtime))
            {
                report.Add(finding);
            }
        }
        report.Begin("Programs (each language's sample once, from a cold start; a server that has warmed up takes less)");
        var state = Directory.CreateTempSubdirectory("codecrafter-doctor-");
        try
        {
            await TryProgramsAsync(state.FullName);
        }
        finally
        {
            state.Delete(recursive: true);
        }
        return report.End();
    }

    private async Task TryProgramsAsync(string state)
    {
        ISandbox? sandbox = null;
        try
        {
            sandbox = await CreateAsync(state);
            report.Add(new Finding("sandbox", true, $"{sandbox.Description}: system calls are filtered, no capabilities, no network, limits hold", []));
        }
        // Whatever is wrong is what was asked for.
        catch (Exception exception)
        {
            report.Add(new Finding("sandbox", false, exception.Message.ReplaceLineEndings(" "), []));
        }
        try
        {
            foreach (var fault in languages.Faults)
            {
                report.Add(new Finding(fault.Folder, false, fault.Problem, []));
            }
            foreach (var language in languages.Languages)
            {
                // The toolchains of this host say nothing of an engine that does not answer.
                report.Add(sandbox is null && options.Backend == ExecutionBackend.Docker
                    ? new Finding(language.Title, null, "not tried", [])
                    : await HostInspection.TryAsync(sandbox, language));
            }
        }
        finally
        {
            if (sandbox is IAsyncDisposable disposable)
            {
                await disposable.DisposeAsync();
            }
        }
    }

    private async Task<ISandbox> CreateAsync(string state) => options.Backend == ExecutionBackend.Docker
        ? await DockerSandbox.CreateAsync(
            new DockerSandboxOptions
            {
                StateDirectory = state,
                Endpoint = options.Docker.Endpoint,
                Image = options.Docker.Image,
                Runtime = options.Runtime,
                FirstUid = _firstUid,
                MaxSandboxes = 1,
                CompileCacheBytes = 0,
            },
            languages,
            NullLoggerFactory.Instance)
        : await OciSandbox.CreateAsync(
            new SandboxOptions
            {
                StateDirectory = state,
                Runtime = options.Runtime,
                FirstUid = _firstUid,
                MaxSandboxes = 1,
                Parked = 0,
                CompileCacheBytes = 0,
            },
            languages,
            NullLoggerFactory.Instance);

    internal static Finding DataDirectory(string path)
    {
        const string name = "data directory";
        const long enough = 1L << 30;
        try
        {
            var existing = new DirectoryInfo(path);
            while (!existing.Exists && existing.Parent is not null)
            {
                existing = existing.Parent;
            }
            var free = new DriveInfo(existing.FullName).AvailableFreeSpace;
            var detail = string.Create(CultureInfo.InvariantCulture, $"{path}, {free / (double)(1 << 30):0.0} GB free{(Directory.Exists(path) ? "" : ", not made yet")}");
            return free >= enough
                ? new Finding(name, true, detail, [])
                : new Finding(name, false, detail + ": less than 1 GB. Free some, or choose another DATA_DIR.", []);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new Finding(name, false, $"{path}: {exception.Message}", []);
        }
    }
}

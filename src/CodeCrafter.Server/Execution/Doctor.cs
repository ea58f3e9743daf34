using System.Globalization;
using CodeCrafter.Sandbox;
using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Server.Platform;
using Microsoft.Extensions.Logging.Abstractions;

namespace CodeCrafter.Server.Execution;

/// <summary>
/// <c>CodeCrafter.Server doctor</c>: looks at this host and tries everything once, without a server. It neither needs
/// nor takes the data directory, so it may be asked while a server runs.
/// </summary>
internal static class Doctor
{
    public const string Command = "doctor";

    /// <returns>0 where everything that is needed works, else 1.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        var server = ServerOptions.From(builder.Configuration);
        builder.AddSettingsFile(server);
        var runtime = builder.Configuration[$"{ExecutionOptions.Section}:{nameof(ExecutionOptions.Runtime)}"];
        var languages = await LanguageCatalog.LoadAsync(Path.Combine(AppContext.BaseDirectory, "languages"));

        var report = new DoctorReport(output);
        report.Begin("This machine");
        report.Add(DataDirectory(server));
        foreach (var finding in await HostInspection.LookAsync(runtime))
        {
            report.Add(finding);
        }
        output.WriteLine();
        report.Begin("Programs (each language's sample once, from a cold start; a server that has warmed up takes less)");
        await foreach (var finding in HostInspection.TryAsync(runtime, languages, NullLoggerFactory.Instance))
        {
            report.Add(finding);
        }
        return report.End();
    }

    internal static Finding DataDirectory(ServerOptions server)
    {
        const string name = "data directory";
        const long enough = 1L << 30;
        try
        {
            var existing = new DirectoryInfo(server.DataDirectory);
            while (!existing.Exists && existing.Parent is not null)
            {
                existing = existing.Parent;
            }
            var free = new DriveInfo(existing.FullName).AvailableFreeSpace;
            var detail = string.Create(CultureInfo.InvariantCulture, $"{server.DataDirectory}, {free / (double)(1 << 30):0.0} GB free{(Directory.Exists(server.DataDirectory) ? "" : ", not made yet")}");
            return free >= enough
                ? new Finding(name, true, detail, [])
                : new Finding(name, false, detail + ": less than 1 GB. Free some, or choose another DATA_DIR.", []);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new Finding(name, false, $"{server.DataDirectory}: {exception.Message}", []);
        }
    }
}

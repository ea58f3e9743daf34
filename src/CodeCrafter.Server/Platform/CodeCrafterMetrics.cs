using System.Diagnostics.Metrics;

namespace CodeCrafter.Server.Platform;

/// <summary>The server's own measurements, beside those of the framework.</summary>
internal sealed class CodeCrafterMetrics
{
    public const string MeterName = "CodeCrafter";

    private readonly Counter<long> _registrations;
    private readonly Counter<long> _logins;
    private readonly Counter<long> _refreshes;
    private readonly Counter<long> _passwordHashes;
    private readonly Counter<long> _sessionsCreated;

    public CodeCrafterMetrics(IMeterFactory meters)
    {
        Meter = meters.Create(MeterName);
        _registrations = Meter.CreateCounter<long>("codecrafter.auth.registrations", "{user}", "Accounts created.");
        _logins = Meter.CreateCounter<long>("codecrafter.auth.logins", "{login}", "Logins by outcome.");
        _refreshes = Meter.CreateCounter<long>("codecrafter.auth.refreshes", "{refresh}", "Uses of refresh tokens by outcome.");
        _passwordHashes = Meter.CreateCounter<long>("codecrafter.auth.password_hashes", "{hash}", "Passwords hashed, to store or to check them.");
        _sessionsCreated = Meter.CreateCounter<long>("codecrafter.sessions.created", "{session}", "Sessions created.");
    }

    /// <summary>For the other rooms' gauges and histograms.</summary>
    public Meter Meter { get; }

    public void Registered() => _registrations.Add(1);

    public void LoggedIn(string outcome) => _logins.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void Refreshed(string outcome) => _refreshes.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void PasswordHashed() => _passwordHashes.Add(1);

    public void SessionCreated() => _sessionsCreated.Add(1);
}

using System.ComponentModel.DataAnnotations;

namespace CodeCrafter.Server.Sessions;

/// <summary><c>CodeCrafter:Sessions</c>.</summary>
internal sealed class SessionOptions
{
    /// <summary>The language of a session that names none.</summary>
    [Required]
    public string DefaultLanguage { get; init; } = "javascript";

    /// <summary>The most that a session's own <c>settings.maxParticipants</c> may allow.</summary>
    [Range(1, 10_000)]
    public int MaxParticipants { get; init; } = 200;

    /// <summary>What it is where nothing is said.</summary>
    [Range(1, 10_000)]
    public int DefaultMaxParticipants { get; init; } = 50;

    [Range(1, 10_000)]
    public int MaxFiles { get; init; } = 100;

    /// <summary>All files of a new session together, in UTF-8.</summary>
    [Range(1, 64 << 20)]
    public int MaxDocumentBytes { get; init; } = 1 << 20;

    /// <summary>Days during which a deleted session can be restored; then it is removed for good.</summary>
    [Range(0, 3650)]
    public int RestoreDays { get; init; } = 30;

    /// <summary>Hours after which a guest has to come in anew.</summary>
    [Range(1, 24 * 30)]
    public int GuestHours { get; init; } = 12;

    /// <summary>Snapshots that people may take of a session.</summary>
    [Range(1, 100_000)]
    public int MaxSnapshots { get; init; } = 200;

    /// <summary>Automatic snapshots that are kept of a session; the oldest go first.</summary>
    [Range(1, 100_000)]
    public int KeptAutomaticSnapshots { get; init; } = 50;
}

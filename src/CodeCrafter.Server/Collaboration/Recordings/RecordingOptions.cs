using System.ComponentModel.DataAnnotations;

namespace CodeCrafter.Server.Collaboration.Recordings;

/// <summary>Settings under <c>CodeCrafter:Recordings</c>.</summary>
internal sealed class RecordingOptions : IValidatableObject
{
    public const string Section = "CodeCrafter:Recordings";

    /// <summary>Entries that are kept of each session of who came and went; the oldest go.</summary>
    [Range(10, 10_000_000)]
    public int KeptJournalEntries { get; set; } = 20_000;

    /// <summary>Updates that are older than this are merged, those of each second and author. Zero merges at once.</summary>
    public TimeSpan CompactAfter { get; set; } = TimeSpan.FromDays(1);

    /// <summary>From one round of merging to the next; the first is when the server has started.</summary>
    public TimeSpan CompactEvery { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Files that a downloaded archive may have.</summary>
    [Range(1, 65_535)]
    public int MaxArchiveFiles { get; set; } = 10_000;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (CompactAfter < TimeSpan.Zero)
        {
            yield return new ValidationResult($"{Section}:{nameof(CompactAfter)} is {CompactAfter}, and must not be negative", [nameof(CompactAfter)]);
        }

        if (CompactEvery < TimeSpan.FromMilliseconds(10))
        {
            yield return new ValidationResult($"{Section}:{nameof(CompactEvery)} is {CompactEvery}, and must be at least 10 ms, 00:00:00.01", [nameof(CompactEvery)]);
        }
    }
}

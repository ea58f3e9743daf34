using System.Diagnostics.Metrics;
using CodeCrafter.Server.Platform;

namespace CodeCrafter.Server.Collaboration.Documents;

/// <summary>Counters of the documents, under the meter <c>CodeCrafter</c>.</summary>
internal sealed class CollaborationMetrics
{
    private readonly Counter<long> _updates;
    private readonly Counter<long> _malformed;
    private readonly Counter<long> _refused;
    private readonly UpDownCounter<long> _rooms;
    private readonly UpDownCounter<long> _sockets;

    public CollaborationMetrics(CodeCrafterMetrics metrics)
    {
        var meter = metrics.Meter;
        _updates = meter.CreateCounter<long>("codecrafter.document.updates", description: "Updates applied to documents");
        _malformed = meter.CreateCounter<long>("codecrafter.document.malformed_frames", description: "Frames that closed their socket");
        _refused = meter.CreateCounter<long>("codecrafter.document.refused_updates", description: "Updates refused by role or size");
        _rooms = meter.CreateUpDownCounter<long>("codecrafter.documents.open", description: "Documents in memory");
        _sockets = meter.CreateUpDownCounter<long>("codecrafter.document.sockets", description: "Connected document sockets");
    }

    public void UpdateApplied() => _updates.Add(1);

    public void MalformedFrame() => _malformed.Add(1);

    public void UpdateRefused() => _refused.Add(1);

    public void RoomOpened() => _rooms.Add(1);

    public void RoomClosed() => _rooms.Add(-1);

    public void SocketOpened() => _sockets.Add(1);

    public void SocketClosed() => _sockets.Add(-1);
}

using System.Text;
using CodeCrafter.Crdt.Sync;

namespace CodeCrafter.Crdt.Tests.Sync;

public sealed class SyncProtocolTests
{
    [Fact]
    public void Messages_have_the_bytes_of_y_websocket()
    {
        Assert.Equal([0, 0, 1, 0], SyncProtocol.WriteStep1([0]));
        Assert.Equal([0, 1, 2, 0, 0], SyncProtocol.WriteStep2([0, 0]));
        Assert.Equal([0, 2, 2, 0, 0], SyncProtocol.WriteUpdate([0, 0]));
        Assert.Equal([1, 1, 0], SyncProtocol.WriteAwareness([0]));
        Assert.Equal([3], SyncProtocol.WriteQueryAwareness());
        Assert.Equal([2, 0, 2, .. "no"u8], SyncProtocol.WritePermissionDenied("no"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(16_383)]
    [InlineData(16_384)]
    [InlineData(3_000_000)]
    public void Payloads_of_any_length_are_read_as_written(int length)
    {
        var payload = new byte[length];
        Random.Shared.NextBytes(payload);

        AssertRead(SyncProtocol.WriteStep1(payload), SyncMessageType.Sync, SyncStep.Step1, payload);
        AssertRead(SyncProtocol.WriteStep2(payload), SyncMessageType.Sync, SyncStep.Step2, payload);
        AssertRead(SyncProtocol.WriteUpdate(payload), SyncMessageType.Sync, SyncStep.Update, payload);
        AssertRead(SyncProtocol.WriteAwareness(payload), SyncMessageType.Awareness, default, payload);
    }

    [Fact]
    public void Messages_without_payload_and_with_a_reason_are_read()
    {
        AssertRead(SyncProtocol.WriteQueryAwareness(), SyncMessageType.QueryAwareness, default, []);
        AssertRead(SyncProtocol.WritePermissionDenied("weil ß"), SyncMessageType.Auth, default, Encoding.UTF8.GetBytes("weil ß"));
    }

    [Fact]
    public void Only_sync_messages_are_for_a_document()
    {
        var doc = new Doc(1);
        Assert.Throws<ArgumentException>(() => SyncProtocol.Handle(doc, SyncProtocol.Read(SyncProtocol.WriteQueryAwareness())));
        Assert.Throws<MalformedUpdateException>(() => SyncProtocol.Handle(doc, SyncProtocol.Read(SyncProtocol.WriteUpdate([0]))));
        Assert.Throws<MalformedUpdateException>(() => SyncProtocol.Handle(doc, SyncProtocol.Read(SyncProtocol.WriteStep1([1]))));
        Assert.Equal(SyncProtocol.WriteStep2(Update.Empty), SyncProtocol.Handle(doc, SyncProtocol.Read(SyncProtocol.WriteStep1([]))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("0000")]
    [InlineData("000002AA")]
    [InlineData("000301AA")]
    [InlineData("000001AABB")]
    [InlineData("04")]
    [InlineData("0300")]
    [InlineData("0101")]
    [InlineData("0201")]
    [InlineData("020002C328")]
    [InlineData("0000FFFFFFFFFFFFFF0F")]
    [InlineData("FFFFFFFFFFFFFFFFFFFF")]
    public void Refuses_what_is_no_message(string hex) =>
        Assert.Throws<MalformedUpdateException>(() => SyncProtocol.Read(Convert.FromHexString(hex)).Type.ToString());

    private static void AssertRead(byte[] frame, SyncMessageType type, SyncStep step, byte[] payload)
    {
        var message = SyncProtocol.Read(frame);
        Assert.Equal(type, message.Type);
        Assert.Equal(step, message.Step);
        Assert.Equal(payload, message.Payload.ToArray());
    }
}

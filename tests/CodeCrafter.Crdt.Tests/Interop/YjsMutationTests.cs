using CodeCrafter.Crdt.Tests.Fixtures;

namespace CodeCrafter.Crdt.Tests.Interop;

/// <summary>
/// What we take of damaged updates Yjs takes too, and both see the same: else one sender could bring the documents of
/// a room apart, or every other client down.
/// </summary>
public sealed class YjsMutationTests(YjsPeer yjs) : IClassFixture<YjsPeer>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Yjs_takes_every_damaged_update_that_we_take_and_sees_the_same(bool isV2)
    {
        var taken = 0;
        Seeds.Run(Seeds.Times(3000), seed =>
        {
            var update = Damage(new Random(seed), isV2);
            var ours = Content.NewDoc(77);
            try
            {
                if (isV2)
                {
                    ours.ApplyUpdateV2(update);
                }
                else
                {
                    ours.ApplyUpdate(update);
                }
            }
            catch (MalformedUpdateException)
            {
                return;
            }

            taken++;
            yjs.Create(0, 76);
            if (isV2)
            {
                yjs.ApplyV2(0, update);
            }
            else
            {
                yjs.Apply(0, [update]);
            }

            var theirs = yjs.State(0);
            Assert.Equal(theirs.Vector, ours.EncodeStateVector());
            Assert.Equal(theirs.IsPending, ours.HasPending);

            // Text that is the value of a key reads as its last unit, which JSON cannot hold if it is half a pair.
            if (!HasHalfPair(theirs.Content))
            {
                var (expected, actual) = (Content.Normalize(theirs.Content), Content.Of(ours));
                if (Contradictions.In(ours))
                {
                    (expected, actual) = (Contradictions.Unordered(expected), Contradictions.Unordered(actual));
                }

                Assert.Equal(expected, actual);
            }
        });

        Assert.InRange(taken, 100, int.MaxValue);
    }

    private static byte[] Damage(Random random, bool isV2)
    {
        var update = Fixture.All[random.Next(Fixture.All.Count)].Update.ToArray();
        update = isV2 ? Update.ConvertV1ToV2(update) : update;
        for (var i = random.Next(1, 3); i > 0; i--)
        {
            ref var damaged = ref update[random.Next(update.Length)];
            damaged = random.Next(3) switch
            {
                0 => (byte)random.Next(256),
                1 => (byte)(damaged ^ (1 << random.Next(8))),
                _ => (byte)(damaged + random.Next(3) - 1),
            };
        }

        return update;
    }

    private static bool HasHalfPair(string json)
    {
        try
        {
            Content.Normalize(json);
            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }
}

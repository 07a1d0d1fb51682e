using System.Net.Sockets;
using KestrelL4.Forwarding;

namespace KestrelL4.Tests.Forwarding;

public sealed class RelayEndTests
{
    [Fact]
    public async Task WasReset_OwnEndClosesTheConnectionMeanwhile_IsFalse()
    {
        (Socket peer, Socket socket) = await Submission.PairAsync();
        using Socket disposed = peer;
        await using MeanwhileEndedEnd end = new(socket);

        Assert.False(end.WasReset);
    }

    /// <summary>The other direction ends just when this one asks the kernel whether the connection is closed.</summary>
    private sealed class MeanwhileEndedEnd(Socket socket) : RelayEnd
    {
        internal override bool IsClosed
        {
            get
            {
                EndSending(socket);
                return true;
            }
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer) => throw new NotSupportedException();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer) => throw new NotSupportedException();

        public override ValueTask CompleteAsync() => throw new NotSupportedException();

        public override void Abort() => throw new NotSupportedException();

        public override ValueTask DisposeAsync()
        {
            socket.Dispose();
            return ValueTask.CompletedTask;
        }

        protected override ValueTask WaitCoreAsync() => throw new NotSupportedException();

        protected override void FinishCore() => throw new NotSupportedException();
    }
}

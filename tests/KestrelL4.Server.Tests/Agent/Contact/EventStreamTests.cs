using KestrelL4.Protocol;
using KestrelL4.Server.Agent.Contact;
using KestrelL4.Testing;
using KestrelL4.Testing.Servers;
using Microsoft.AspNetCore.Http;

namespace KestrelL4.Server.Tests.Agent.Contact;

/// <summary>The stream of events: news, silence, garbage, and every way in which it ends.</summary>
public sealed class EventStreamTests : ContactSetUp
{
    [Fact]
    public async Task Read_EventsAndUnknownOnes_GivesThoseThatCount()
    {
        HttpsServer server = await ServeAsync(static async context =>
        {
            await TellAsync(context, AuthorityRoutes.RegistryEvent, "1.5.A");
            await context.Response.WriteAsync(": a comment\n\nevent: of-tomorrow\ndata: whatever\n\n");
            await TellAsync(context, AuthorityRoutes.HeartbeatEvent, "1.5.A");
        });
        await using EventStream stream = await GetAsync(Connect(server.Url).OpenEventsAsync("1.4.B", default));

        Assert.Equal(new RegistryNews(1, 5, "1.5.A"), await GetAsync(stream.ReadAsync(default)));
        Assert.Equal(new RegistryNews(1, 5, "1.5.A"), await GetAsync(stream.ReadAsync(default)));
        ContactFailure end = await FailAsync(stream.ReadAsync(default));

        Assert.Equal(ContactFault.Away, end.Fault);
        Assert.Contains("ended the stream of events", end.Sentence, StringComparison.Ordinal);
        Assert.Same(end, await FailAsync(stream.ReadAsync(default)));
        Assert.Equal("1.4.B", server.Requests[0].Headers["Last-Event-ID"]);
    }

    [Fact]
    public async Task Read_StreamSilentForTwentySeconds_IsDeadAndDisposedAtOnce()
    {
        FakeTime time = new(TimeProvider.System.GetUtcNow());
        Time = time;
        HttpsServer server = await ServeAsync();
        EventStream stream = await GetAsync(Connect(server.Url).OpenEventsAsync(null, default));
        await GetAsync(stream.ReadAsync(default));

        Task<Contact<RegistryNews>> reading = stream.ReadAsync(default);
        await Eventually.UntilAsync(() => time.ArmedTimers > 0, "the silence is timed");
        time.Advance(TimeSpan.FromSeconds(19.9));
        Assert.False(reading.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.2));
        ContactFailure failure = await FailAsync(reading);

        Assert.Equal(ContactFault.Away, failure.Fault);
        Assert.Contains("silent for 20 s", failure.Sentence, StringComparison.Ordinal);
        await stream.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Read_Cancelled_LosesNoEvent()
    {
        TaskCompletionSource go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        HttpsServer server = await ServeAsync(async context =>
        {
            await TellAsync(context, AuthorityRoutes.RegistryEvent, "1.5.A");
            await go.Task;
            await TellAsync(context, AuthorityRoutes.RegistryEvent, "1.6.B");
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        await using EventStream stream = await GetAsync(Connect(server.Url).OpenEventsAsync(null, default));
        await GetAsync(stream.ReadAsync(default));
        using CancellationTokenSource impatience = new();
        Task<Contact<RegistryNews>> reading = stream.ReadAsync(impatience.Token);
        await impatience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        go.SetResult();

        Assert.Equal("1.6.B", (await GetAsync(stream.ReadAsync(default))).Version);
    }

    [Theory]
    [InlineData("event: registry\ndata: {\"epoch\":\n\n", "cannot be read")]
    [InlineData("event: heartbeat\ndata: {}\n\n", "cannot be read")]
    public async Task Read_GarbledEvent_IsToldToBeOfAnotherVersion(string text, string sentence)
    {
        HttpsServer server = await ServeAsync(context =>
        {
            context.Response.ContentType = "text/event-stream";
            return context.Response.WriteAsync(text);
        });
        await using EventStream stream = await GetAsync(Connect(server.Url).OpenEventsAsync(null, default));

        ContactFailure failure = await FailAsync(stream.ReadAsync(default));

        Assert.Equal(ContactFault.Misconfigured, failure.Fault);
        Assert.Contains(sentence, failure.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("data: ")]
    [InlineData(": never an event\n")]
    public async Task Read_EventWithoutEnd_IsBounded(string text)
    {
        long sent = 0;
        HttpsServer server = await ServeAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.WriteAsync(text + new string('x', 1000) + (text.EndsWith('\n') ? "\n" : ""), context.RequestAborted);
                Interlocked.Add(ref sent, 1000);
            }
        });
        await using EventStream stream = await GetAsync(Connect(server.Url).OpenEventsAsync(null, default));

        Assert.Contains("65536 bytes without an event", (await FailAsync(stream.ReadAsync(default))).Sentence, StringComparison.Ordinal);
        Assert.True(Interlocked.Read(ref sent) < 64 * 1024 * 1024, $"{sent} bytes were taken");
    }

    [Fact]
    public async Task Read_ManyEventsInOneStream_IsNotBoundedByTheirSum()
    {
        HttpsServer server = await ServeAsync(static async context =>
        {
            for (int i = 0; i < 2000; i++)
            {
                await TellAsync(context, AuthorityRoutes.HeartbeatEvent, "1.5.A");
            }

            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        await using EventStream stream = await GetAsync(Connect(server.Url).OpenEventsAsync(null, default));

        for (int i = 0; i < 2000; i++)
        {
            Assert.Equal("1.5.A", (await GetAsync(stream.ReadAsync(default))).Version);
        }
    }

    [Fact]
    public async Task Dispose_WhileReading_EndsBoth()
    {
        HttpsServer server = await ServeAsync();
        EventStream stream = await GetAsync(Connect(server.Url).OpenEventsAsync(null, default));
        await GetAsync(stream.ReadAsync(default));
        Task<Contact<RegistryNews>> reading = stream.ReadAsync(default);

        await stream.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5));

        Assert.Contains("followed no longer", (await FailAsync(reading)).Sentence, StringComparison.Ordinal);
    }
}

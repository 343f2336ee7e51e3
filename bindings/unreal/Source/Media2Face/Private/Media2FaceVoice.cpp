#include "Media2FaceVoice.h"

#include "HAL/PlatformTime.h"
#include "Media2FaceModule.h"

namespace
{
	/** Speaks on the audio render thread: no lock, no memory. It may outlive the character, whose port then gives silence. */
	class FMedia2FaceSoundGenerator final : public ISoundGenerator
	{
	public:
		explicit FMedia2FaceSoundGenerator(std::shared_ptr<FMedia2FacePort> InPort) : Port(std::move(InPort)) {}

		virtual int32 OnGenerateAudio(float* OutAudio, int32 NumSamples) override
		{
			if (Port)
			{
				Port->Port->speak(OutAudio, static_cast<std::size_t>(NumSamples), FPlatformTime::Seconds());
			}
			else
			{
				FMemory::Memzero(OutAudio, sizeof(float) * static_cast<SIZE_T>(NumSamples));
			}
			return NumSamples;
		}

	private:
		std::shared_ptr<FMedia2FacePort> Port;
	};
}

UMedia2FaceVoice::UMedia2FaceVoice(const FObjectInitializer& ObjectInitializer) : Super(ObjectInitializer)
{
	NumChannels = 1;
	bAutoActivate = false;
}

void UMedia2FaceVoice::SetPort(std::shared_ptr<FMedia2FacePort> InPort, int32 InSampleRate)
{
	Port = std::move(InPort);
	VoiceSampleRate = InSampleRate;
}

bool UMedia2FaceVoice::Init(int32& SampleRate)
{
	NumChannels = 1;
	// The mixer brings it to the rate of the device.
	SampleRate = VoiceSampleRate;
	return true;
}

ISoundGeneratorPtr UMedia2FaceVoice::CreateSoundGenerator(const FSoundGeneratorInitParams&)
{
	return ISoundGeneratorPtr(new FMedia2FaceSoundGenerator(Port));
}
